import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { apply, CASE } from '../../examples/first-rule/edits.ts';
import { cloneDatabase, type TestDatabase } from '../support/database.ts';

const ROOT = join(import.meta.dirname, '../..');

describe('a first rule, from a clone to an answer and back', () => {
  let folder: string;
  let database: TestDatabase;
  let page: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'machtig-first-rule-'));
    database = await cloneDatabase({ empty: true });
    const args = ['--import', 'tsx', 'examples/first-rule.ts', '--borrow', ROOT, '--page', join(folder, 'page.md')];
    const env = { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '', DATABASE_URL: database.url };
    await promisify(execFile)(process.execPath, args, { cwd: ROOT, env, maxBuffer: 2 ** 24 });
    page = await readFile(join(folder, 'page.md'), 'utf8');
  }, 600_000);

  afterAll(async () => {
    await database?.drop();
    await rm(folder, { recursive: true, force: true });
  });

  it('is what the page tells: the same chapters, commands and edits', async () => {
    const told = await readFile(join(ROOT, 'docs/walkthrough.md'), 'utf8');
    expect(skeleton(page)).toEqual(skeleton(told));
    expect(skeleton(page).length).toBeGreaterThan(40);
  });

  it('answers every question by one of the two policies, and drops none', () => {
    const answered = [...page.matchAll(/^\| `[0-9a-f]{32}` \| (\w+) \| (\d+) \|$/gm)];
    expect(answered.map(([, allow]) => allow)).toEqual(['no', 'yes']);
    for (const [, , count] of answered) expect(Number(count)).toBeGreaterThan(5);
    expect(page).toContain('No answer: 0.');
  });

  it('shows nothing of the machine it was walked on', () => {
    for (const place of [tmpdir(), ROOT, process.env.HOME ?? ROOT]) expect(page).not.toContain(`${place}/`);
  });

  it('stops at an edit that no longer fits', async () => {
    await expect(apply(ROOT, { ...CASE, from: 'this stands nowhere' })).rejects.toThrow('does not hold once');
  });
});

/** Headings, what was typed, and what was written; neither times nor what was seen. */
function skeleton(text: string): string[] {
  return text
    .split('\n')
    .filter((line) => /^(?:## |\$ |[+-])/.test(line))
    .map((line) => line.replace(/ {4}# [\d.]+ s$/, ''));
}
