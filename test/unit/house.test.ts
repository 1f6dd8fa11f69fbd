import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');

function filesUnder(folder: string, suffix: string): string[] {
  if (!existsSync(join(ROOT, folder))) return [];
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith(suffix))
    .map((name) => join(folder, name));
}

/** Full titles (`outer › inner`) of a formatted test file, found by indentation. */
function titlesIn(path: string): string[] {
  const open: { indent: number; title: string }[] = [];
  const titles: string[] = [];
  for (const [, spaces = '', kind, title = ''] of read(path).matchAll(
    /^( *)(describe|it|test)(?:\.\w+)*\(\s*['"`](.*?)['"`],/gm,
  )) {
    while (open.length > 0 && (open.at(-1)?.indent ?? 0) >= spaces.length) open.pop();
    if (kind === 'describe') open.push({ indent: spaces.length, title });
    else titles.push([...open.map((outer) => outer.title), title].join(' › '));
  }
  return titles;
}

const twice = (list: string[]) => list.filter((entry, i) => list.indexOf(entry) !== i);

describe('tests', () => {
  it.each(filesUnder('test', '.test.ts'))('have a title of their own in %s', (path) => {
    expect(twice(titlesIn(path))).toEqual([]);
  });

  it('never wait for the clock to prove speed', () => {
    expect(
      filesUnder('test', '.test.ts').filter((path) => /toBeLessThan\w*\(\s*\d+\s*\).*\b[mµ]s\b/.test(read(path))),
    ).toEqual([]);
  });
});

describe('sources', () => {
  const sources = filesUnder('src', '.ts');

  it('stay under 250 lines a file', () => {
    const long = sources.filter((path) => read(path).split('\n').length > 251);
    expect(long).toEqual([]);
  });

  it('read the environment in main and cli only', () => {
    const readers = sources.filter((path) => /\bprocess\s*\.\s*env\b|\bfrom 'node:process'/.test(read(path)));
    expect(readers.filter((path) => !/^src\/(main\.ts|cli\/)/.test(path))).toEqual([]);
  });

  it('give a reason for every lint rule they switch off', () => {
    const bare = [...sources, ...filesUnder('test', '.ts')].filter((path) =>
      /biome-ignore [^:\n]*(\n|: *(\n|<))/.test(read(path)),
    );
    expect(bare).toEqual([]);
  });
});

describe('documents', () => {
  it('explain every error code', () => {
    const [, union = ''] = /export type ErrorCode =([^;]*);/.exec(read('src/domain/errors.ts')) ?? [];
    const codes = [...union.matchAll(/'(\w+)'/g)].flatMap(([, code]) => code ?? []);
    const docs = filesUnder('docs', '.md').map(read).join('\n');
    expect(codes.length).toBeGreaterThan(10);
    expect(codes.filter((code) => !docs.includes(`\`${code}\``))).toEqual([]);
  });

  it('link to files that exist', () => {
    const broken = [...filesUnder('docs', '.md'), 'README.md', 'CONTRIBUTING.md', 'CHANGELOG.md'].flatMap((path) =>
      [...read(path).matchAll(/\]\((?!https?:|#|mailto:)([^)#\s]+)/g)]
        .map(([, target = '']) => join(path, '..', target))
        .filter((target) => !existsSync(join(ROOT, target)))
        .map((target) => `${path} → ${target}`),
    );
    expect(broken).toEqual([]);
  });
});

describe('SQL', () => {
  const statements = (path: string) => read(path).replace(/--.*$|\/\*[\s\S]*?\*\//gm, '');

  it.each([
    ['varchar: text with a check constraint', /\bvarchar\b|\bcharacter varying\b/i],
    ['serial: identity columns or ids made by the program', /\b(small|big)?serial\b/i],
    ['between (but for two constants): half-open intervals', /\bbetween\b(?!\s+\d+\s+and\s+\d+)/i],
    ['timestamp without a zone: timestamptz', /\btimestamp\b(?!\s*with time zone|tz)/i],
  ])('does not use %s', (_reason, pattern) => {
    expect(filesUnder('src', '.sql').filter((path) => pattern.test(statements(path)))).toEqual([]);
  });

  it('has a number of its own in every migration', () => {
    expect(twice(filesUnder('src/store/migrations', '.sql').map((path) => /(\d{4})_/.exec(path)?.[1] ?? path))).toEqual(
      [],
    );
  });
});
