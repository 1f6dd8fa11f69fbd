import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { cloneDatabase, type TestDatabase } from '../support/database.ts';
import { eventually } from '../support/eventually.ts';
import { type Process, runMachtig, startMachtig } from '../support/program.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';
import type { Body, Result } from '../support/search-world.ts';

/** The example register as an operator runs it, searched at two sidecars, and asked about everybody. */
interface Example {
  parties: { kind: string; identifiers?: string[] }[];
  services: { instances: { service_id: string }[] }[];
}
const example = parse(await readFile('examples/register.yaml', 'utf8')) as Example;
const parties = example.parties.flatMap(({ kind, identifiers: [id] = [] }) =>
  id === undefined ? [] : [{ type: kind, id }],
);
const persons = parties.filter(({ type }) => type === 'person');
const SERVICES = example.services.flatMap(({ instances }) => instances.map(({ service_id }) => service_id));

const TOKENS = { portal: 'token-of-the-portal', desk: 'token-of-the-desk' };
type Caller = keyof typeof TOKENS;
const key = () => randomBytes(32).toString('base64');

let folder: string;
let database: TestDatabase;
let redis: TestRedis;
let env: Record<string, string>;
let processes: Process[];
let sidecars: Process[];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'machtig-search-'));
  database = await cloneDatabase({ empty: true });
  redis = await startRedis();
  const callers = join(folder, 'callers.yaml');
  const digest = (name: Caller) => createHash('sha256').update(TOKENS[name]).digest('hex');
  await writeFile(
    callers,
    `callers:
  - {name: portal, owners: all, rights: [search, bsn], tokens: [${digest('portal')}]}
  - {name: desk, owners: all, rights: [search], tokens: [${digest('desk')}]}`,
  );
  env = {
    DATABASE_URL: database.url,
    REDIS_URL: redis.url,
    MACHTIG_HMAC_KEY: key(),
    MACHTIG_SEAL_KEY: key(),
    MACHTIG_CALLERS: callers,
    MACHTIG_LOG_LEVEL: 'warn',
  };
  expect(await runMachtig(['migrate'], env)).toMatchObject({ code: 0 });
  expect(await runMachtig(['import', 'examples/register.yaml'], env)).toMatchObject({ code: 0 });
  const { DATABASE_URL: _, ...rest } = env;
  const records = (name: string) => ({ ...rest, MACHTIG_RECORDS_FILE: join(folder, `${name}.jsonl`) });
  sidecars = await Promise.all(['a', 'b'].map((name) => startMachtig('sidecar', records(name))));
  processes = [await startMachtig('sync', env), ...sidecars];
  for (const sidecar of sidecars) {
    await sidecar.ready();
    await eventually('the data is fresh', async () => (await sidecar.health('/freshz')) === 200);
  }
});

afterAll(async () => {
  await Promise.all((processes ?? []).map((one) => one.kill('SIGTERM')));
  await redis?.stop();
  await database?.drop();
  await rm(folder, { recursive: true, force: true });
});

async function post<T = Body>(path: string, body: object, who: Caller = 'portal', at = 0): Promise<T> {
  const response = await fetch(`${sidecars[at]?.url}/access/v1/${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${TOKENS[who]}` },
    body: JSON.stringify(body),
  });
  const answer = (await response.json()) as T;
  expect(response.status, JSON.stringify(answer)).toBe(200);
  return answer;
}

const properties = { loa: 'eh4' };
const acting = persons.map((person) => ({ ...person, properties }));

/** Who of all persons may, by asking about each of them. */
async function allowed(rest: object): Promise<string[]> {
  const evaluations = acting.map((subject) => ({ subject }));
  const answer = await post<{ evaluations: { decision: boolean }[] }>('evaluations', { ...rest, evaluations });
  return persons.flatMap(({ id }, index) => (answer.evaluations[index]?.decision ? [id] : []));
}

const idsOf = (results: readonly Result[]) => results.map(({ id }) => id).sort();

describe('searches at real sidecars', () => {
  it('find in the whole example register who evaluates to true, and for whom', async () => {
    const clients = new Map<string, string[]>();
    let found = 0;
    for (const name of SERVICES) {
      for (const resource of parties) {
        const rest = { action: { name }, resource };
        const expected = await allowed(rest);
        const { results } = await post(
          'search/subject',
          { subject: { type: 'person', properties }, ...rest },
          'portal',
          1,
        );
        expect(idsOf(results), JSON.stringify(rest)).toEqual(expected.sort());
        for (const id of expected) clients.set(`${name} ${id}`, [...(clients.get(`${name} ${id}`) ?? []), resource.id]);
        found += results.length;
      }
    }
    expect(found).toBeGreaterThan(100);
    for (const name of SERVICES) {
      for (const subject of acting) {
        const search = (type: string) => post('search/resource', { subject, action: { name }, resource: { type } });
        const results = [...(await search('person')).results, ...(await search('organisation')).results];
        const whole = results.filter(({ properties: part }) => part === undefined);
        expect(idsOf(whole), `${name} ${subject.id}`).toEqual([...(clients.get(`${name} ${subject.id}`) ?? [])].sort());
      }
    }
  });

  it('go on at the other sidecar, and name nobody by BSN to whoever may not', async () => {
    const resource = { type: 'organisation', id: 'urn:nl:kvk:90000004' };
    const search = { subject: { type: 'person', properties }, resource };
    let action = { name: '' };
    let count = 0;
    for (const name of SERVICES) {
      const { results } = await post('search/subject', { ...search, action: { name } });
      if (results.length > count) [action, count] = [{ name }, results.length];
    }
    expect(count).toBeGreaterThan(1);
    const handles: Result[] = [];
    for (let token = '', at = 0; ; at = 1 - at) {
      const { results, page } = await post(
        'search/subject',
        { ...search, action, page: { limit: 1, token } },
        'desk',
        at,
      );
      handles.push(...results);
      token = page.next_token;
      if (token === '') break;
    }
    expect(handles).toHaveLength(count);
    expect(JSON.stringify(handles)).not.toContain('bsn');
    for (const subject of handles) {
      const asked = { subject, action, resource };
      expect(await post('evaluation', asked, 'desk', 1)).toMatchObject({ decision: true });
      expect(await post('evaluation', asked, 'portal')).toMatchObject({
        decision: false,
        context: { reasons: ['actor_unknown'] },
      });
    }
  });

  it('lose whoever was revoked, at every sidecar', async () => {
    const subject = { type: 'person', properties };
    const resource = { type: 'organisation', id: 'urn:nl:kvk:90000004' };
    const searches = SERVICES.map((name) => ({ subject, action: { name }, resource }));
    const found = async (at: number) => {
      let sum = 0;
      for (const search of searches) sum += (await post('search/subject', search, 'portal', at)).results.length;
      return sum;
    };
    expect(await found(0)).toBeGreaterThan(1);
    expect(await found(1)).toBe(await found(0));
    await database.pool.query(`begin;
      select set_config('machtig.acted_by', '{"who": "test", "channel": "operator"}', true);
      update mandates m set status = 'suspended' from aliases a
      where a.public_value = '90000004' and a.party_id = m.represented and m.status = 'active';
      commit`);
    // They are still connected, and so still judged: on records that were at hand, and are told to be otherwise.
    for (const at of [0, 1]) await eventually(`nobody is found at sidecar ${at}`, async () => (await found(at)) === 0);
  });

  it('leave one record a page, in which stands no number of anybody', async () => {
    const lines = (await readFile(join(folder, 'b.jsonl'), 'utf8'))
      .split('\n')
      .filter((line) => line.includes('adl.search'));
    expect(lines.length).toBeGreaterThan(100);
    // Names of services hold the public number of who offers them.
    const numbers = parties
      .filter(({ id }) => !id.startsWith('urn:nl:oin:'))
      .map(({ id }) => id.split(':').at(-1) ?? id);
    expect(numbers.filter((number) => lines.join().includes(number))).toEqual([]);
    expect(await runMachtig(['records', 'verify', join(folder, 'b.jsonl')], {})).toMatchObject({ code: 0 });
  });

  it('are not offered half: a caller who may know BSNs, at a sidecar without the key to them', async () => {
    const { MACHTIG_SEAL_KEY: _, DATABASE_URL: __, ...rest } = env;
    const ended = await runMachtig(['sidecar'], {
      ...rest,
      MACHTIG_PORT: '0',
      MACHTIG_OPS_PORT: '0',
      MACHTIG_RECORDS: 'off',
    });
    expect(ended.code).toBeGreaterThan(0);
    expect(ended.err).toMatch(/portal has the rights search and bsn: then MACHTIG_SEAL_KEY must be given/);
  });
});
