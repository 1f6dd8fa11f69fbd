import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Process, startMachtig } from '../support/program.ts';

/** The page for application developers must not lie: its blocks run against `machtig dev` as they stand. */
const page = await readFile('docs/app-developers.md', 'utf8');
const blocks = [...page.matchAll(/```(\w+) (run=dev|answer)\n(.*?)```/gs)].map(([, language, mark, text = '']) => ({
  language,
  mark,
  text,
}));
const shells = blocks.flatMap(({ language, text }, index) => {
  const next = blocks[index + 1];
  return language === 'sh' && next?.mark === 'answer' ? [{ text, answer: JSON.parse(next.text) }] : [];
});

let folder: string;
let dev: Process;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'machtig-docs-'));
  dev = await startMachtig('dev', { HOME: folder, MACHTIG_RECORDS_FILE: join(folder, 'decisions.jsonl') });
  await dev.ready();
});

afterAll(async () => {
  await dev?.kill('SIGTERM');
  await rm(folder, { recursive: true, force: true });
});

test.each(shells)('a block of the page is answered as it says: $answer', async ({ text, answer }) => {
  const { stdout } = await promisify(execFile)('sh', ['-c', text.replaceAll('http://127.0.0.1:8181', dev.url)]);
  expect(JSON.parse(stdout)).toMatchObject(answer);
});

test('the TypeScript on the page works', async () => {
  const source = blocks.find(({ language }) => language === 'ts')?.text ?? '';
  const file = join(folder, 'may-act.ts');
  await writeFile(file, source);
  const { mayAct } = await import(file);
  const question = {
    actor: 'urn:nl:bsn:999990962',
    represented: 'urn:nl:bsn:999990949',
    service: 'urn:etoegang:DV:00000003800000070000:services:1',
    operation: 'view',
  };
  expect(await mayAct({ ...question, loa: 'eh3' }, dev.url)).toMatchObject({ allow: true });
  expect(await mayAct(question, dev.url)).toMatchObject({ allow: false, reasons: ['loa_missing'] });
  await expect(mayAct({ ...question, actor: 'jan' }, dev.url)).rejects.toThrow(/no decision \(400\)/);
});
