/**
 * A new author's first rule: from an empty folder to a signed bundle that a running sidecar takes over, and back. Each
 * command is run as it is shown, in a clone: `npx tsx examples/first-rule.ts`
 *
 * --page FILE   writes what was typed and seen as a page
 * --from REPO   clones this repository instead of the one that this file lies in
 * --borrow DIR  uses the node_modules and .tools of this folder instead of fetching them
 *
 * Needs Git, Go (for the tools) and redis-server; DATABASE_URL names an empty database, else one of its own is started.
 */
import { writeFile } from 'node:fs/promises';
import { cpus, loadavg } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { makePage } from './first-rule/page.ts';
import { makePlace } from './first-rule/place.ts';
import { makeTranscript } from './first-rule/transcript.ts';
import { walk } from './first-rule/walk.ts';

const { values } = parseArgs({
  options: { page: { type: 'string' }, from: { type: 'string' }, borrow: { type: 'string' } },
});
const databaseUrl = process.env.DATABASE_URL;
const place = await makePlace({
  from: values.from ?? `file://${fileURLToPath(new URL('..', import.meta.url))}`,
  ...(values.borrow !== undefined && { borrow: values.borrow }),
  ...(databaseUrl !== undefined && { databaseUrl }),
});
try {
  const transcript = makeTranscript((text) => process.stdout.write(`${text}\n`));
  const outcome = await walk(place, transcript);
  const machine = `${cpus().length} cores (${cpus()[0]?.model}), load ${loadavg()[0]?.toFixed(1)}, Node ${process.version}`;
  const page = makePage(transcript.text(), outcome, machine);
  if (values.page !== undefined) await writeFile(values.page, page);
  process.stdout.write('\nEverything was seen as it should be.\n');
} catch (thrown) {
  process.stderr.write(`\nThe walk stops here.\n${thrown instanceof Error ? thrown.message : String(thrown)}\n`);
  process.exitCode = 1;
} finally {
  await place.end();
}
