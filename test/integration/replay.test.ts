import { appendFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runReplay } from '../../src/cli/replay.ts';
import type { Terminal } from '../../src/cli/terminal.ts';
import { parseBundle } from '../../src/policy/bundle.ts';
import { listGroups } from '../../src/workbench/impact-tally.ts';
import { replayRecords } from '../../src/workbench/replay.ts';
import { COMMITTED, changedBundle } from '../support/changed-bundle.ts';
import { recordCases } from '../support/full-records.ts';

let folder: string;
let file: string;
let written: Awaited<ReturnType<typeof recordCases>>;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'machtig-replay-'));
  file = join(folder, 'decisions.jsonl');
  written = await recordCases(file);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const inFolder = (name: string) => join(folder, name);
const replay = (bundle: Uint8Array, files = [file], threads = 0) =>
  replayRecords({ bundle: parseBundle(bundle), files, maxExamples: 3, threads });

async function run(files: readonly string[], bundle: string, json = false) {
  const screens = { out: '', err: '' };
  const screen = (name: 'out' | 'err') => ({
    write(text: string) {
      screens[name] += text;
      return true;
    },
  });
  const terminal = { env: {}, out: screen('out'), err: screen('err') } as unknown as Terminal;
  const code = await runReplay(terminal, files, { bundle, threads: 0, ...(json && { json: true }) });
  return { code, ...screens };
}

describe('a replay', () => {
  it('finds nothing changed under the bundle that decided', async () => {
    const found = await replay(await readFile(COMMITTED));
    expect(found.tally).toMatchObject({ compared: written.decisions, same: written.decisions, unlisted: 0 });
    expect(found).toMatchObject({ records: written.records, unfaithful: 0, malformed: [] });
    expect(found.skipped).toEqual({
      ...{ not_full: 0, error: 0, foreign: 0, search: 0, explanation: 0, redacted: 0, malformed: 0 },
      refused: written.refused,
    });
    expect(Object.values(found.recordedWith)).toEqual([written.decisions]);
  });

  it('finds what would be denied, allowed, or denied for another reason', async () => {
    const bundle = changedBundle({
      'tables.levels.eh3': 'eh2',
      'tables.levels.eh1': 'eh3',
      'tables.status_reasons.suspended': 'mandate_revoked',
    });
    const { tally } = await replay(bundle);
    expect(tally.same + Object.values(tally.changed).reduce((a, b) => a + b)).toBe(tally.compared);
    const groups = listGroups(tally);
    expect(groups.map(({ impact }) => impact)).toEqual(
      expect.arrayContaining(['deny_to_allow', 'allow_to_deny', 'reasons']),
    );
    expect(groups[0]).toMatchObject({ impact: 'deny_to_allow', lost: ['loa_insufficient'], gained: [] });
    const suspended = groups.find(({ impact, lost }) => impact === 'reasons' && lost.includes('mandate_suspended'));
    expect(suspended?.gained).toEqual(['mandate_revoked']);
    for (const { examples, count } of groups) expect(examples).toHaveLength(Math.min(count, 3));
  });

  it('names the rules behind a change', async () => {
    const { tally } = await replay(changedBundle({ 'tables.levels.eh3': 'eh2' }));
    const narrower = listGroups(tally).filter(({ impact }) => impact === 'allow_to_deny');
    expect(narrower.length).toBeGreaterThan(0);
    for (const { rules } of narrower) expect(rules.length).toBeGreaterThan(0);
  });

  it('comes to the same in any number of threads, from files in pieces, packed or not', async () => {
    const bundle = changedBundle({ 'tables.levels.eh3': 'eh2' });
    const lines = (await readFile(file, 'utf8')).trimEnd().split('\n');
    const half = Math.floor(lines.length / 2);
    await writeFile(inFolder('first.jsonl'), `${lines.slice(0, half).join('\n')}\n`);
    await writeFile(inFolder('second.jsonl.gz'), gzipSync(lines.slice(half).join('\n')));
    const parts = [inFolder('first.jsonl'), inFolder('second.jsonl.gz')];
    const whole = await replay(bundle);
    expect(whole.tally.changed.allow_to_deny).toBeGreaterThan(0);
    expect(await replay(bundle, parts)).toEqual(whole);
    expect(await replay(bundle, parts, 2)).toEqual(whole);
  });

  it('says what it did not replay, and where it stands', async () => {
    const other = inFolder('other.jsonl');
    await recordCases(other, 'written');
    await appendFile(
      other,
      'no json\n{"event_name":"adl.search_subject","body":{}}\n{"event_name":"adl.access_evaluation"}\n',
    );
    const found = await replay(await readFile(COMMITTED), [other]);
    expect(found.tally.compared).toBe(0);
    expect(found.skipped).toMatchObject({ not_full: written.decisions, refused: 2, search: 1, malformed: 2 });
    expect(found.malformed.map(({ line }) => line)).toEqual([found.lines - 2, found.lines]);
  });

  it('counts a decision that a damaged record no longer lets anybody make', async () => {
    const damaged = inFolder('damaged.jsonl');
    const lines = (await readFile(file, 'utf8')).split('\n');
    await writeFile(damaged, lines.map((line) => line.replace(/"now":\d+/, '"now":0.5')).join('\n'));
    const found = await replay(await readFile(COMMITTED), [damaged]);
    // In the batch, only the first of the two inputs was damaged.
    expect(found.tally.changed.failed).toBe(written.decisions - 1);
    expect(found.unfaithful).toBe(written.decisions - 1);
    expect(listGroups(found.tally)[0]).toMatchObject({ impact: 'failed', gained: ['policy_failed'] });
  });
});

describe('machtig replay', () => {
  it('ends with 0 when nothing changes, and says so', async () => {
    const { code, out } = await run([file], COMMITTED);
    expect(code).toBe(0);
    expect(out).toContain(`${written.decisions} of ${written.decisions} decisions stay the same`);
  });

  it('ends with 1 when something does, the widening first', async () => {
    await writeFile(
      inFolder('changed.tar.gz'),
      changedBundle({ 'tables.levels.eh3': 'eh2', 'tables.levels.eh1': 'eh3' }),
    );
    const { code, out, err } = await run([file], inFolder('changed.tar.gz'));
    expect(code).toBe(1);
    expect(out.indexOf('WIDER')).toBeGreaterThan(0);
    expect(out.indexOf('NARROWER')).toBeGreaterThan(out.indexOf('WIDER'));
    expect(err).toContain('replay: ');
    const json = JSON.parse((await run([file], inFolder('changed.tar.gz'), true)).out);
    expect(json).toMatchObject({ compared: written.decisions, unfaithful: 0, records: written.records });
    expect(json.groups[0].impact).toBe('deny_to_allow');
  });

  it('takes nothing to replay for no proof', async () => {
    const empty = inFolder('empty.jsonl');
    await writeFile(empty, '');
    await expect(run([empty], COMMITTED)).rejects.toMatchObject({ code: 'invalid_request' });
    await expect(run([inFolder('absent.jsonl')], COMMITTED)).rejects.toMatchObject({ code: 'invalid_request' });
  });

  it('never shows a number of a person', async () => {
    const { out } = await run([file], inFolder('changed.tar.gz'));
    expect(out).not.toMatch(/urn:nl:bsn|urn:etoegang:pseudonym|\b9999\d{5}\b/);
  });
});
