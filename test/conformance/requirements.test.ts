import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadCases } from './cases.ts';

const ROOT = join(import.meta.dirname, '../..');
const { cases } = loadCases();
const titles = new Set(cases.map(({ title }) => title));
const packages = new Set(
  readdirSync(join(ROOT, 'policies'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.rego'))
    .flatMap((name) => /^package ([\w.]+)/m.exec(readFileSync(join(ROOT, 'policies', name), 'utf8'))?.[1] ?? []),
);

/** Rows of the first table in docs/requirements.md; the second is held by test/unit/admin-requirements.test.ts. */
const [page = ''] = readFileSync(join(ROOT, 'docs/requirements.md'), 'utf8').split('## Through the admin API');
const rows = page
  .split('\n')
  .filter((line) => line.startsWith('| R'))
  .map((line) => {
    const [id = '', kind = '', , metBy = '', shownBy = ''] = line.slice(2, -2).split(' | ');
    return { id, kind, metBy, shownBy };
  });

describe('docs/requirements.md', () => {
  it('has a row for every requirement', () => {
    expect(rows.map(({ id }) => id)).toEqual(Array.from({ length: 140 }, (_, index) => `R${index + 1}`));
  });

  it('shows every decision rule and operational need by a case or a test', () => {
    const empty = rows.filter(
      ({ kind, metBy, shownBy }) => /[DO]/.test(kind) && (metBy === '' || !/["`]/.test(shownBy)),
    );
    expect(empty.map(({ id }) => id)).toEqual([]);
  });

  it('names cases that exist and cite the requirement', () => {
    const named = rows.flatMap(({ id, shownBy }) =>
      [...shownBy.matchAll(/"([^"]+)"/g)].map(([, title]) => ({ id, title })),
    );
    const wrong = named.filter(
      ({ id, title }) => !cases.some((one) => one.title === title && one.requirements.includes(id)),
    );
    expect(wrong).toEqual([]);
    expect(titles.size).toBe(cases.length);
  });

  it('names files and packages that exist', () => {
    const cells = rows.flatMap(({ metBy, shownBy }) => [metBy, shownBy]);
    const ticked = cells.flatMap((cell) => [...cell.matchAll(/`([^`]+)`/g)].map(([, text = '']) => text));
    const files = ticked.filter((text) => text.includes('/') && !text.includes(' '));
    expect(files.filter((file) => !existsSync(join(ROOT, file)))).toEqual([]);
    expect(ticked.filter((text) => text.startsWith('authz') && !packages.has(text))).toEqual([]);
  });
});

describe('cases', () => {
  it('are at least two hundred, with some that allow and some that deny in every file', () => {
    expect(cases.length).toBeGreaterThanOrEqual(200);
    for (const file of new Set(cases.map((one) => one.file))) {
      const answers = new Set(cases.filter((one) => one.file === file).map(({ expect: { allow } }) => allow));
      expect([file, answers.size]).toEqual([file, 2]);
    }
  });
});
