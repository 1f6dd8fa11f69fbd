import {
  appendFileSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeLog } from '../../src/process/log.ts';
import type { Entry } from '../../src/records/entry.ts';
import { makeRecords, type RecordsFile, type RecordsOptions } from '../../src/records/records.ts';
import { verifyRecords } from '../../src/records/verify.ts';

let folder: string;
let path: string;
const open: RecordsFile[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'machtig-records-'));
  path = join(folder, 'decisions.jsonl');
});
afterEach(async () => {
  for (const records of open.splice(0)) await records.close();
  rmSync(folder, { recursive: true, force: true });
});

function records(change: Partial<RecordsOptions> = {}): RecordsFile {
  const log = makeLog({ level: 'silent' });
  const made = makeRecords({ path, mode: 'written', version: '1.2.3', now: () => 1000, log, ...change });
  open.push(made);
  return made;
}

function entry(name: string): Entry {
  return {
    trace_id: 'a'.repeat(32),
    span_id: 'b'.repeat(16),
    event_name: 'adl.access_evaluation',
    timestamp: 1000,
    status: 'Ok',
    attributes: { 'machtig.caller': name },
    body: { 'adl.core.request': {}, 'adl.core.response': {} },
  };
}

const linesOf = (file: string) => readFileSync(file, 'utf8').split('\n').slice(0, -1);
const namesIn = (file: string) =>
  linesOf(file)
    .map((line) => JSON.parse(line))
    .map(({ event_name, attributes }) => attributes['machtig.caller'] ?? event_name);
const OPENED = 'machtig.records_opened';

describe('decision records', () => {
  it('stand in the file before the answer can leave', async () => {
    const { append } = records();
    await append(entry('first'));
    expect(namesIn(path)).toEqual([OPENED, 'first']);
    expect(JSON.parse(linesOf(path)[1] ?? '')).toMatchObject({
      trace_id: 'a'.repeat(32),
      event_name: 'adl.access_evaluation',
      status: 'Ok',
      attributes: { 'machtig.seq': 2, 'machtig.previous': expect.stringMatching(/^[0-9a-f]{64}$/) },
      resource: { 'service.name': 'machtig', 'service.version': '1.2.3' },
    });
  });

  it('that the disk holds up are told of, with how long, and no others', async () => {
    const said: object[] = [];
    const log = { ...makeLog({ level: 'silent' }), warn: (about: object) => void said.push(about) };
    const clock = [0, 250, 1000, 1251];
    const { append } = records({ log, elapsed: () => clock.shift() ?? Number.NaN });
    await append(entry('in time'));
    await Promise.all([append(entry('held up')), append(entry('with it'))]);
    expect(said).toEqual([{ tookMs: 251, records: 2 }]);
    expect(namesIn(path)).toEqual([OPENED, 'in time', 'held up', 'with it']);
  });

  it('of one turn of the event loop are written together, in the order decided', async () => {
    const batches: number[] = [];
    const { append } = records({ onWritten: (count) => batches.push(count) });
    await Promise.all(['a', 'b', 'c'].map((name) => append(entry(name))));
    await append(entry('d'));
    expect(namesIn(path)).toEqual([OPENED, 'a', 'b', 'c', 'd']);
    expect(batches).toEqual([3, 1]);
  });

  it('are a chain that verifies', async () => {
    const { append } = records();
    await Promise.all(['a', 'b\u2028"\\\n', 'ç🐄'].map((name) => append(entry(name))));
    expect(await verifyRecords([path])).toMatchObject({
      records: 4,
      first: { seq: 1, previous: '0'.repeat(64) },
      last: { seq: 4 },
      faults: [],
    });
  });

  it('never hold a personal number, whatever text a caller sent', async () => {
    const { append } = records();
    const body = { 'adl.core.request': { case: 'urn:nl:bsn:123456782', operation: 'urn:etoegang:pseudonym:4f@2a' } };
    await append({ ...entry('a'), body: { ...body, 'adl.core.response': {} } });
    expect(readFileSync(path, 'utf8')).not.toMatch(/123456782|4f@2a/);
    expect(await verifyRecords([path])).toMatchObject({ records: 2, faults: [] });
  });

  it.each(['synced', 'full'] as const)('are kept in mode %s as well', async (mode) => {
    const made = records({ mode });
    await Promise.all(['a', 'b'].map((name) => made.append(entry(name))));
    await made.append(entry('c'));
    expect(namesIn(path)).toEqual([OPENED, 'a', 'b', 'c']);
    expect(made.wantsInput).toBe(mode === 'full');
    expect((await verifyRecords([path])).faults).toEqual([]);
  });

  it('are readable by owner and group alone', async () => {
    const { statSync } = await import('node:fs');
    records();
    expect(statSync(path).mode & 0o007).toBe(0);
  });

  it('waiting when the program closes are written first; later ones are refused', async () => {
    const made = records();
    const waiting = made.append(entry('last'));
    await made.close();
    await waiting;
    expect(namesIn(path)).toEqual([OPENED, 'last']);
    await expect(made.append(entry('too late'))).rejects.toMatchObject({ code: 'records_unavailable' });
  });
});

describe('the chain of records', () => {
  it('goes on after a restart', async () => {
    const first = records();
    await first.append(entry('before'));
    await first.close();
    await records().append(entry('after'));
    expect(namesIn(path)).toEqual([OPENED, 'before', OPENED, 'after']);
    expect(await verifyRecords([path])).toMatchObject({ records: 4, faults: [] });
  });

  it('goes on in the next file after rotation, and over a restart right behind it', async () => {
    const first = records();
    await first.append(entry('old'));
    renameSync(path, `${path}.1`);
    first.reopen();
    await first.close();
    await records().append(entry('new'));
    expect(await verifyRecords([`${path}.1`, path])).toMatchObject({ records: 5, faults: [] });
    expect((await verifyRecords([path])).first?.seq).toBe(3);
  });

  it('goes on when the file is reopened while records are on their way to the disk', async () => {
    const { append, reopen } = records({ mode: 'synced' });
    const waiting = [append(entry('a'))];
    await new Promise((resolve) => setImmediate(resolve));
    renameSync(path, `${path}.1`);
    reopen();
    waiting.push(append(entry('b')));
    await Promise.all(waiting);
    expect(await verifyRecords([`${path}.1`, path])).toMatchObject({ records: 4, faults: [] });
  });

  it('goes on in a new file when the old one was removed without a word', async () => {
    const { append } = records();
    await append(entry('gone'));
    rmSync(path);
    await append(entry('kept'));
    expect(namesIn(path)).toEqual([OPENED, 'kept']);
    expect((await verifyRecords([path])).first?.seq).toBe(3);
  });

  it('sets a torn last line aside, and says so', async () => {
    const first = records();
    await first.append(entry('whole'));
    await first.close();
    appendFileSync(path, '{"half":');
    await records({ now: () => 2000 }).append(entry('next'));
    expect(namesIn(path)).toEqual([OPENED, 'whole', OPENED, 'machtig.torn_line_set_aside', 'next']);
    expect(readFileSync(`${path}.torn-2000`, 'utf8')).toBe('{"half":');
    expect((await verifyRecords([path])).faults).toEqual([]);
  });

  it('refuses a file whose last line is no record', () => {
    writeFileSync(path, 'something else\n');
    expect(() => records()).toThrow(/is no record/);
    expect(readFileSync(path, 'utf8')).toBe('something else\n');
  });

  it('refuses what is no regular file, and a folder that is not there', () => {
    path = '/dev/null';
    expect(() => records()).toThrow(/regular file/);
    path = join(folder, 'nowhere', 'decisions.jsonl');
    expect(() => records()).toThrow(/ENOENT/);
  });
});

describe('records that cannot be written', () => {
  it('fail the questions they are of, and are written again once they can be', async () => {
    const failed: number[] = [];
    const { append } = records({ onFailed: (count) => failed.push(count) });
    await append(entry('a'));
    appendFileSync(path, 'another writer\n');
    await expect(Promise.all([append(entry('b')), append(entry('c'))])).rejects.toMatchObject({
      code: 'records_unavailable',
    });
    expect(failed).toEqual([2]);
    await expect(append(entry('d'))).rejects.toMatchObject({ code: 'records_unavailable' });
    truncateSync(path, readFileSync(path, 'utf8').indexOf('another writer'));
    await append(entry('e'));
    expect(namesIn(path)).toEqual([OPENED, 'a', OPENED, 'e']);
    expect((await verifyRecords([path])).faults).toEqual([]);
  });

  it('leave the chain of another writer whole', async () => {
    const [one, other] = [records(), records()];
    await expect(one.append(entry('lost'))).rejects.toMatchObject({ code: 'records_unavailable' });
    await one.append(entry('one'));
    await expect(other.append(entry('lost'))).rejects.toMatchObject({ code: 'records_unavailable' });
    expect((await verifyRecords([path])).faults).toEqual([]);
  });
});

describe('verifying records', () => {
  async function written(): Promise<string[]> {
    const { append } = records();
    await Promise.all(['a', 'b', 'c', 'd'].map((name) => append(entry(name))));
    return linesOf(path);
  }
  const faultsAfter = async (change: (lines: string[]) => string[]) => {
    writeFileSync(
      path,
      change(await written())
        .map((line) => `${line}\n`)
        .join(''),
    );
    return (await verifyRecords([path])).faults.map(({ line, message }) => [line, message]);
  };
  const swapped = 'the record before it is not the one it was written after';

  it('finds a changed record at the one behind it', async () => {
    expect(await faultsAfter((lines) => lines.map((line) => line.replace('"b"', '"x"')))).toEqual([[4, swapped]]);
  });

  it('finds a missing record', async () => {
    expect(await faultsAfter((lines) => lines.filter((_, index) => index !== 2))).toEqual([
      [3, 'has number 4 where 3 was expected'],
    ]);
  });

  it('finds a line that is no record', async () => {
    expect(await faultsAfter((lines) => [...lines, 'x'])).toEqual([[6, 'is no record']]);
  });

  it('finds nothing else in the folder', async () => {
    await written();
    expect(readdirSync(folder)).toEqual(['decisions.jsonl']);
  });
});
