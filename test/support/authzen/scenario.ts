import { expect } from 'vitest';
import { type Ask, LEVELS, type ScenarioCase } from './ask.ts';
import { BASIC } from './basic.ts';
import { BATCH } from './batch.ts';
import { SEARCHES } from './searches.ts';

const METADATA = '/.well-known/authzen-configuration';

async function metadata(ask: Ask): Promise<Record<string, unknown>> {
  const { status, headers, text } = await ask.get(METADATA);
  expect(status).toBe(200);
  expect(headers.get('content-type')).toMatch(/^application\/json\b/);
  return JSON.parse(text);
}

const discovery = (section: string, title: string, run: (found: Record<string, unknown>, ask: Ask) => void) =>
  ({
    ...{ level: 'Discovery', section, title, about: 'form' },
    run: async (ask: Ask) => run(await metadata(ask), ask),
  }) satisfies ScenarioCase;

const DISCOVERY: ScenarioCase[] = [
  discovery('6.2', 'is there, and JSON', (found) => expect(found).toBeTypeOf('object')),
  discovery('6.3', 'names the decision point as it was reached', (found, { baseUrl }) => {
    expect(found.policy_decision_point).toBe(baseUrl);
    expect(new URL(baseUrl)).toMatchObject({ protocol: 'https:', search: '', hash: '' });
  }),
  discovery('6.4', 'names every endpoint by an HTTPS URL under which it is', (found, { baseUrl }) => {
    const { policy_decision_point, ...endpoints } = found;
    expect(endpoints).toEqual({
      access_evaluation_endpoint: `${baseUrl}/access/v1/evaluation`,
      access_evaluations_endpoint: `${baseUrl}/access/v1/evaluations`,
      search_subject_endpoint: `${baseUrl}/access/v1/search/subject`,
      search_resource_endpoint: `${baseUrl}/access/v1/search/resource`,
      search_action_endpoint: `${baseUrl}/access/v1/search/action`,
    });
  }),
];

/** The OpenID certification scenario of AuthZEN 1.0, at all levels. */
export const SCENARIO: readonly ScenarioCase[] = [...BASIC, ...BATCH, ...SEARCHES, ...DISCOVERY];

/** Where the scenario was run: how many cases of each level passed. */
export interface Run {
  name: string;
  cases: readonly ScenarioCase[];
  passed: ReadonlySet<ScenarioCase>;
}

/** Markdown: each level, the sections it is from, and for each run how many of its cases passed. */
export function table(runs: readonly Run[]): string {
  const row = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const rows = LEVELS.map((level) => {
    const of = (cases: readonly ScenarioCase[]) => cases.filter((one) => one.level === level);
    const sections = [...new Set(of(SCENARIO).map(({ section }) => section))];
    const counts = runs.map(({ cases, passed }) => {
      const all = of(cases);
      return all.length === 0 ? '' : `${all.filter((one) => passed.has(one)).length} of ${all.length}`;
    });
    return row([level, sections.sort(byNumber).join(', '), ...counts]);
  });
  const heads = ['level', 'sections of the scenario', ...runs.map(({ name }) => name)];
  return [row(heads), row(heads.map(() => '---')), ...rows].join('\n');
}

function byNumber(a: string, b: string): number {
  return a.localeCompare(b, 'en', { numeric: true });
}
