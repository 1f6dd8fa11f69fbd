import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runPolicyDiff } from '../../src/cli/policy-diff.ts';
import type { Terminal } from '../../src/cli/terminal.ts';
import { readBundle } from '../../src/policy/bundle.ts';
import { makeSeedWorld } from '../../src/register/seed-world.ts';
import { testAlias } from '../../src/workbench/cases/register-writes.ts';
import { diffGenerated } from '../../src/workbench/diff.ts';
import { diffQuestions } from '../../src/workbench/diff-questions.ts';
import { seededLookups } from '../../src/workbench/diff-register.ts';
import { listGroups } from '../../src/workbench/impact-tally.ts';
import { COMMITTED, changedBundle } from '../support/changed-bundle.ts';
import { committedPolicy, policyInput } from '../support/policy.ts';
import { fixtureBundle } from '../support/policy-fixtures.ts';

let folder: string;
let changed: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'machtig-diff-'));
  changed = join(folder, 'changed.tar.gz');
  await writeFile(
    changed,
    changedBundle({ 'tables.levels.eh1': 'eh3', 'tables.levels.eh3': 'eh2', 'tables.status_reasons.revoked': 'gone' }),
  );
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function run(old: string, next: string, json?: true) {
  const screens = { out: '', err: '' };
  const screen = (name: 'out' | 'err') => ({
    write(text: string) {
      screens[name] += text;
      return true;
    },
  });
  const terminal = { env: {}, out: screen('out'), err: screen('err') } as unknown as Terminal;
  const code = await runPolicyDiff(terminal, old, next, { questions: 2000, seed: 3, ...(json && { json }) });
  return { code, ...screens };
}

describe('machtig policy diff', () => {
  it('finds nothing between a bundle and itself', async () => {
    const { code, out } = await run(COMMITTED, COMMITTED);
    expect(code).toBe(0);
    expect(out).toContain('2,000 of 2,000 decisions stay the same');
    expect(out).not.toMatch(/WIDER|NARROWER|BROKEN/);
  });

  it('shows the widening first, over the cases and over a generated register', async () => {
    const { code, out, err } = await run(COMMITTED, changed);
    expect(code).toBe(1);
    expect(out.indexOf('WIDER')).toBeGreaterThan(out.indexOf('Conformance cases'));
    expect(out.indexOf('NARROWER')).toBeGreaterThan(out.indexOf('WIDER'));
    const generated = out.slice(out.indexOf('A generated register, seed 3'));
    expect(generated).toMatch(/WIDER[\s\S]*no longer loa_insufficient[\s\S]*NARROWER[\s\S]*now loa_insufficient/);
    expect(generated).toMatch(/no longer mandate_revoked; now gone/);
    expect(err).toContain('2,000 questions');
    expect(out).not.toMatch(/urn:nl:bsn|urn:etoegang:pseudonym/);
  });

  it('says the same as JSON, each group with its rules', async () => {
    const { out } = await run(COMMITTED, changed, true);
    const { cases, generated } = JSON.parse(out);
    expect(cases.compared).toBeGreaterThan(300);
    expect(generated).toMatchObject({ seed: 3, compared: 2000 });
    const widening = generated.groups.filter(({ impact }: { impact: string }) => impact === 'deny_to_allow');
    expect(widening.length).toBeGreaterThan(0);
    for (const { rules } of widening) expect(rules).toContain('authz.level.login_suffices');
  });

  it('turned about, what was widened is narrowed, in as many decisions', async () => {
    const read = { before: await readBundle(COMMITTED), after: await readBundle(changed) };
    const size = { mandates: 3000, seed: 5, year: 2026, questions: 3000, maxExamples: 1 };
    const there = await diffGenerated({ ...read, ...size });
    const back = await diffGenerated({ before: read.after, after: read.before, ...size });
    expect(there.changed.deny_to_allow).toBeGreaterThan(0);
    expect(back.changed).toEqual({
      ...there.changed,
      deny_to_allow: there.changed.allow_to_deny,
      allow_to_deny: there.changed.deny_to_allow,
    });
    expect(listGroups(back)).toHaveLength(listGroups(there).length);
  });

  it('refuses to compare what is not asked the same', async () => {
    await expect(run(COMMITTED, fixtureBundle('echo'))).rejects.toMatchObject({ code: 'invalid_request' });
  });
});

describe('questions about a generated register', () => {
  const size = { mandates: 5000, seed: 11, year: 2026 };
  const drawn = [...diffQuestions(makeSeedWorld(size), 4000)];

  it('are the same for the same seed', () => {
    expect([...diffQuestions(makeSeedWorld(size), 4000)]).toEqual(drawn);
  });

  it.each(['loa', 'operation', 'branch', 'case', 'min_loa', 'via', 'together'] as const)(
    'sometimes say something of %s, and sometimes not',
    (name) => {
      const saying = drawn.filter(({ question }) => question[name] !== undefined).length;
      expect(saying).toBeGreaterThan(20);
      expect(saying).toBeLessThan(drawn.length - 20);
    },
  );

  it('meet most bases, and denials for many reasons', async () => {
    const engine = await committedPolicy();
    const lookups = await seededLookups(makeSeedWorld(size), testAlias);
    const verdicts = drawn.map(({ question, now }) => engine.decide(policyInput(question, now, lookups)));
    const bases = new Set(verdicts.flatMap(({ basis }) => basis ?? []));
    expect([...bases].sort()).toEqual(expect.arrayContaining(['chain', 'mandate', 'portal', 'self', 'statutory']));
    expect(new Set(verdicts.flatMap(({ reasons }) => reasons)).size).toBeGreaterThan(20);
    const allowed = verdicts.filter(({ allow }) => allow).length;
    expect(allowed / drawn.length).toBeGreaterThan(0.15);
  });
});
