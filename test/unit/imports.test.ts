import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

/** Left may import right, never the reverse; a folder may always import from itself. */
const LAYERS = [
  'main',
  'cli',
  'workbench',
  'http',
  'administer',
  'evaluate',
  'rollout',
  'register',
  'policy',
  'mandates',
  'records',
  'store',
  'process',
  'domain',
];

/** What the order alone would let pass. */
const FORBIDDEN: { from: string; to: string; because: string }[] = [
  { from: 'http', to: 'store', because: 'http knows use cases, not where data lies' },
  { from: 'evaluate', to: 'register', because: 'deciding never writes the register' },
  { from: 'evaluate', to: 'store', because: 'deciding asks Lookups, whichever store stands behind it' },
  { from: 'policy', to: 'mandates', because: 'rules do not know how facts are found; evaluate joins them' },
  { from: 'policy', to: 'store', because: 'a policy is evaluated without any store' },
];

const SOURCE = fileURLToPath(new URL('../../src', import.meta.url));
const IMPORT =
  /^\s*(?:import|export)\b[^'";]*?\bfrom\s*'(\.[^']+)'|^\s*import\s*'(\.[^']+)'|\bimport\(\s*'(\.[^']+)'/gm;

const files = readdirSync(SOURCE, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));
const layerOf = (file: string) => file.split('/')[0]?.replace(/\.ts$/, '') ?? '';
const importsOf = (file: string) =>
  [...readFileSync(join(SOURCE, file), 'utf8').matchAll(IMPORT)].map(([, a, b, c]) =>
    relative(SOURCE, join(SOURCE, dirname(file), a ?? b ?? c ?? '')),
  );

function faultOf(file: string, target: string): string | undefined {
  const [from, to] = [layerOf(file), layerOf(target)];
  if (from === to) return undefined;
  const because = FORBIDDEN.find((rule) => rule.from === from && rule.to === to)?.because;
  if (because) return `${file} imports ${target}: ${because}`;
  if (LAYERS.indexOf(from) < LAYERS.indexOf(to)) return undefined;
  return `${file} imports ${target}: imports run ${LAYERS.join(' → ')}`;
}

describe('imports', () => {
  it('stay within the layers that CONTRIBUTING names', () => {
    expect([...new Set(files.map(layerOf))].filter((layer) => !LAYERS.includes(layer))).toEqual([]);
  });

  it('run one way', () => {
    expect(files.flatMap((file) => importsOf(file).flatMap((target) => faultOf(file, target) ?? []))).toEqual([]);
  });

  it('meet no barrel on their way', () => {
    expect(files.filter((file) => /(^|\/)(index|utils?|helpers?|common|types)\.ts$/.test(file))).toEqual([]);
  });
});
