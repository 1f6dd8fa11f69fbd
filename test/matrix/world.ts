import type { Session } from '../../src/administer/acting.ts';
import { makeAdminister } from '../../src/administer/administer.ts';
import { OPERATIONS } from '../../src/http/admin/all-operations.ts';
import { importRegister } from '../../src/register/import.ts';
import { type AdminWorld, MANAGE, startAdminWorld } from '../support/admin.ts';
import { anAdminApp, knowsBy } from '../support/admin-app.ts';
import { silent } from '../support/http.ts';
import type { Heard, Sent } from './exchange.ts';
import { bsnOfPerson, identifierOf, isPerson, KEYS, kvkOf, matrixRegister, pseudonymOf } from './register.ts';
import type { Login, Role } from './roles.ts';
import { rollingBack } from './rolled-back.ts';
import { type Seeds, seed } from './seeds.ts';

export interface MatrixWorld {
  world: AdminWorld;
  seeds: Seeds;
  party(key: string): string;
  etag(entityId: string): string;
  /** Asks, and takes back whatever came of it. */
  ask(role: Role, login: Login, sent: Sent): Promise<Heard>;
  /** The same, and it stays. */
  keep(role: Role, login: Login, sent: Sent): Promise<Heard>;
  /** What was answered about mandates that do not exist, by who asked what. */
  heardOfNone: Map<string, Heard>;
  /** What the register holds, in short: it must be the same afterwards. */
  state(): Promise<unknown>;
  close(): Promise<void>;
}

/** The example register, what the matrix adds, and every kind of thing that waits for somebody. */
export async function startMatrixWorld(): Promise<MatrixWorld> {
  const world = await startAdminWorld();
  const { pool, keys, policy, clock } = world;
  await importRegister(matrixRegister(), { pool, keys }).catch((e) => {
    console.log(JSON.stringify(e.faults ?? e, null, 1));
    throw e;
  });
  const parties = await partiesByKey(world);
  const party = (key: string) => {
    const found = parties.get(key);
    if (found === undefined) throw new Error(`no party ${key}`);
    return found;
  };
  const rolled = rollingBack(pool);
  const undone = makeAdminister({ pool: rolled.pool, keys, policy, manageService: MANAGE, now: () => clock.now });
  const sessions = new Map<string, Session>();
  const app = (administer: AdminWorld['administer']) =>
    anAdminApp(OPERATIONS, {
      administer,
      authenticate: knowsBy((name) => sessions.get(name)),
      now: () => clock.now,
      log: { ...silent, error: (fields) => console.error(fields) },
      limits: { perCaller: { requests: 100_000_000, seconds: 1 } },
    });
  const apps = { undone: app(undone), kept: app(world.administer) };
  const asking =
    ({ send }: (typeof apps)['undone']) =>
    async (role: Role, login: Login, { method, path, body, headers }: Sent): Promise<Heard> => {
      const name = `${role.key} ${login.words}`;
      const session = sessionOf(role, login);
      if (session) sessions.set(name, session);
      const isXml = typeof body === 'string' && body.startsWith('<');
      const request = {
        method,
        headers: {
          authorization: `Bearer ${name}`,
          ...(body !== undefined && { 'content-type': isXml ? 'application/xml' : 'application/json' }),
          ...headers,
        },
        ...(body !== undefined && { body: isXml ? body : JSON.stringify(body) }),
      };
      const { value: response, commits } = await rolled.counting(() => send(`/v1${path}`, request));
      return { status: response.status, text: await response.text(), headers: response.headers, commits };
    };
  const keep = asking(apps.kept);
  const seeds = await seed({ world, party, keep });
  const etags = await readEtags(world);
  return {
    world,
    seeds,
    party,
    etag: (id) => etags.get(id) ?? '0',
    ask: asking(apps.undone),
    keep,
    heardOfNone: new Map(),
    state: async () => (await world.pool.query(STATE)).rows,
    close: () => world.close(),
  };
}

const STATE = `select (select count(*) from changes) as changes, (select max(revision) from changes) as revision,
  (select count(*) from mandates) as mandates, (select count(*) from aliases) as aliases,
  (select count(*) from idempotent_answers) as answers, (select sum(uses) from mandate_uses) as uses`;

async function partiesByKey({ pool, keys }: AdminWorld): Promise<Map<string, string>> {
  const { rows } = await pool.query<{ alias: string; party_id: string }>(
    "select encode(alias, 'hex') as alias, party_id from aliases",
  );
  const byAlias = new Map(rows.map(({ alias, party_id }) => [alias, party_id]));
  const urn = (key: string) => (isPerson(key) ? bsnOfPerson(key) : kvkOf(key));
  return new Map(KEYS.map((key) => [key, byAlias.get(keys.alias(identifierOf(urn(key)))) ?? '']));
}

function sessionOf(role: Role, login: Login): Session | undefined {
  if (role.nobody) return undefined;
  if (role.system) return { system: { name: role.key, ...role.system }, requestId: 'matrix' };
  return {
    person: {
      identifier: identifierOf(pseudonymOf(role.person ?? role.key)),
      ...(login.loa !== undefined && { loa: login.loa }),
      ...(role.boundTo !== undefined && { party: identifierOf(kvkOf(role.boundTo)) }),
    },
    ...(login.signed && { signature: { fingerprint: 'matrix' } }),
    requestId: 'matrix',
  };
}

async function readEtags({ pool }: AdminWorld): Promise<Map<string, string>> {
  const { rows } = await pool.query<{ entity_id: string; revision: string }>(
    `select entity_id, (array_agg(epoch || '.' || revision order by changes.revision desc))[1] as revision
     from changes group by entity_id`,
  );
  return new Map(rows.map(({ entity_id, revision }) => [entity_id, revision]));
}
