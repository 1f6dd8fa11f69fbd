import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const root = fileURLToPath(new URL('.', import.meta.url));
const setup = join(root, 'test/support/global-setup.ts');

// Tools that `npm run tools` and `scripts/provide-redis.sh` put beside the project are found like installed ones.
process.env.PATH = [join(root, '.tools/bin'), process.env.PATH].join(delimiter);

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: existsSync(setup) ? [setup] : [],
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 60_000,
    restoreMocks: true,
    allowOnly: process.env.CI === undefined,
    passWithNoTests: false,
  },
});
