import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { requirementsSection } from '../../scripts/requirements-table.ts';

const ROOT = join(import.meta.dirname, '../..');
const page = readFileSync(join(ROOT, 'docs/requirements.md'), 'utf8');
const section = requirementsSection();
const served = section.split('\n').filter((line) => line.startsWith('| R'));
const asked = page
  .slice(0, page.indexOf('## Through the admin API'))
  .split('\n')
  .filter((line) => line.startsWith('| R'))
  .map((line) => line.slice(2, -2).split(' | '));

describe('requirements through the admin API', () => {
  it('stand in docs/requirements.md as the operations, jobs and rules name them', () => {
    expect(page).toContain(section);
  });

  it('are named by numbers that exist', () => {
    const ids = new Set(asked.map(([id]) => id));
    const wrong = served.map((row) => row.split(' ')[1]).filter((id) => !ids.has(id));
    expect(wrong).toEqual([]);
  });

  it('are shown by tests that exist', () => {
    const files = served.flatMap((row) => [...row.matchAll(/`(test\/[^`]+)`/g)].map(([, file = '']) => file));
    expect([...new Set(files)].filter((file) => !existsSync(join(ROOT, file)))).toEqual([]);
    expect(served.filter((row) => !row.includes('`test/'))).toEqual([]);
    expect(section).not.toContain('no tests named');
  });

  it('leave no row of administration, catalogue, parties, records or jobs empty', () => {
    const ids = new Set(served.map((row) => row.split(' ')[1]));
    const empty = asked.filter(([id, kind = '', , metBy = '', shownBy = '']) => {
      const pointsBelow = metBy.includes('(#through-the-admin-api)') || shownBy.includes('(#through-the-admin-api)');
      if (pointsBelow) return !ids.has(id);
      return /[ACPLJ]/.test(kind) && (metBy.trim() === '' || shownBy.trim() === '');
    });
    expect(empty.map(([id]) => id)).toEqual([]);
    expect(page).not.toMatch(/\blater\b/);
  });
});
