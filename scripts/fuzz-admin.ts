/** `npm run fuzz:admin -- --minutes 10 [--seed N]`: asks the admin API everything, in one register after another. */
import { spawnSync } from 'node:child_process';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '1' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
  },
});
process.stdout.write(`seed ${values.seed}\n`);
const { status } = spawnSync('npx', ['vitest', 'run', 'test/property/admin-api.test.ts'], {
  stdio: 'inherit',
  env: { ...process.env, FUZZ_MINUTES: values.minutes, FUZZ_SEED: values.seed },
});
process.exitCode = status ?? 1;
