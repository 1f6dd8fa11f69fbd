import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '../..');
const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');
const section = read('docs/service-owners.md').split('## Conditions of your own')[1]?.split('\n## ')[0] ?? '';
const blocks = (language: string) =>
  [...section.matchAll(new RegExp(`\`\`\`${language}\n([^]*?)\`\`\``, 'g'))].map(([, text = '']) => text);

describe('what service owners read of conditions', () => {
  it('shows a condition as it stands among the rules', () => {
    const [rule, line] = blocks('rego');
    expect(rule).toBe(read('policies/services/intermediaries/intermediaries.rego'));
    expect(read('policies/services/services.rego')).toContain(line);
  });

  it('shows a table of conditions that there are, and says something of each', () => {
    const [table = '{}'] = blocks('json');
    const names = Object.values(JSON.parse(table) as Record<string, object>).flatMap((one) => Object.keys(one));
    expect(names.length).toBeGreaterThan(0);
    for (const name of names) {
      expect(existsSync(join(ROOT, `policies/services/${name}/${name}.rego`)), name).toBe(true);
      expect(section).toContain(`| \`${name}\` |`);
    }
  });
});
