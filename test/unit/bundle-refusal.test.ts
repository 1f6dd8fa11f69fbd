import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { REFUSALS } from '../../src/policy/bundle-refusal.ts';

const page = readFileSync(join(import.meta.dirname, '../../docs/sre.md'), 'utf8');

describe('the codes for which a bundle is refused', () => {
  it('stand in docs/sre.md, all of them, as they are explained in the sources', () => {
    const [, section = ''] = page.split('### Why a bundle is refused');
    const [table = ''] = section.split('\n## ');
    const rows = [...table.matchAll(/^\| `(\w+)` \| (.*) \|$/gm)].map(([, code, why]) => [code, why]);
    expect(Object.fromEntries(rows)).toEqual(REFUSALS);
    expect(rows).toHaveLength(Object.keys(REFUSALS).length);
  });
});
