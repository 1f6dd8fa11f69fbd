import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { authzenWorld, bundleOver, type FixtureData } from '../support/authzen-world.ts';

const RUNS = Number(process.env.PROPERTY_RUNS ?? 1500);
const SEED = Number(process.env.PROPERTY_SEED ?? Date.now() % 2 ** 31);

const USERS = ['u1', 'u2', 'u3', 'u"4', 'ü5', '__proto__'];
const RECORDS = ['r1', 'r2', 'r 3', 'r/4'];
const ACTIONS = [{ name: 'read' }, { name: 'write' }, { name: 'delete', properties: { soft: true } }];

interface Entity {
  type: string;
  id: string;
  properties?: { role?: string; status?: string };
}

interface Request {
  subject: Entity;
  action: { name: string; properties?: { soft?: boolean } };
  resource: Entity;
}

const own = <T>(of: Record<string, T>, name: string): T | undefined => (Object.hasOwn(of, name) ? of[name] : undefined);

/** The rules of the fixture, read once more. */
function permits({ users, records }: FixtureData, { subject, action, resource }: Request): boolean {
  const user = subject.type === 'user' ? own(users, subject.id) : undefined;
  const record = resource.type === 'record' ? own(records, resource.id) : undefined;
  if (user === undefined || record === undefined) return false;
  const status = resource.properties?.status ?? record.status;
  const role = subject.properties?.role ?? user.role;
  const editsActive = status === 'active' && user.editor === true;
  if (action.name === 'read') return status !== undefined;
  if (action.name === 'write') return editsActive || (status === 'archived' && role === 'admin');
  return action.name === 'delete' && action.properties?.soft === true && editsActive;
}

const named = <T>(names: string[], of: fc.Arbitrary<T>) =>
  fc
    .array(fc.tuple(fc.constantFrom(...names), of), { minLength: 4, maxLength: 12 })
    .map((pairs) => Object.fromEntries(pairs) as Record<string, T>);

const role = fc.option(fc.constantFrom('admin', 'clerk'), { nil: undefined });
const status = fc.option(fc.constantFrom('active', 'archived'), { nil: undefined });
const worlds: fc.Arbitrary<FixtureData> = fc.record({
  users: named(USERS, fc.record({ editor: fc.boolean(), role }).map(plain)),
  records: named(RECORDS, fc.record({ status }).map(plain)),
});
const entity = (type: string, names: string[], properties: fc.Arbitrary<object | undefined>) =>
  fc
    .record({
      type: fc.constantFrom(...Array.from({ length: 9 }, () => type), 'spaceship'),
      id: fc.constantFrom(...names),
      properties,
    })
    .map(plain) as fc.Arbitrary<Entity>;
const maybe = <T extends object>(of: fc.Arbitrary<T>) => fc.option(of, { nil: undefined });
const requests: fc.Arbitrary<Request> = fc.record({
  subject: entity('user', USERS, maybe(fc.record({ role }).map(plain))),
  action: fc.constantFrom(...ACTIONS, { name: 'delete' }, { name: 'share' }),
  resource: entity('record', RECORDS, maybe(fc.record({ status }).map(plain))),
});

type Plain<T> = { [Name in keyof T]?: Exclude<T[Name], undefined> };

/** What JSON would leave of it. */
function plain<T extends object>(value: T): Plain<T> {
  return JSON.parse(JSON.stringify(value));
}

const seen = new Map<string, number>();
const count = (name: string) => seen.set(name, (seen.get(name) ?? 0) + 1);

function pagesOf(results: number, limit: number): string {
  if (results === 0) return 'none';
  return results > limit ? 'more pages' : 'one page';
}

type Search = 'subject' | 'resource' | 'action';

/** Everybody and everything tried in that place, in order. */
function expected(data: FixtureData, request: Request, search: Search): object[] {
  if (search === 'action') return byName(ACTIONS.filter((action) => permits(data, { ...request, action })));
  const { id: _, ...open } = request[search];
  const names = Object.keys(search === 'subject' ? data.users : data.records).sort();
  const all = names.map((id) => ({ ...open, id }));
  return all.filter((one) => permits(data, { ...request, [search]: one }));
}

function byName(actions: { name: string }[]): object[] {
  return actions.sort((a, b) => (a.name < b.name ? -1 : 1));
}

async function found(world: ReturnType<typeof authzenWorld>, request: Request, search: Search, limit: number) {
  const { action, ...others } = request;
  const body = search === 'action' ? others : { ...others, action };
  const results: object[] = [];
  for (let token = ''; ; ) {
    const answer = await world.post(`search/${search}`, { ...body, page: { limit, ...(token && { token }) } });
    expect(answer.status, JSON.stringify(answer.body)).toBe(200);
    expect(answer.body.results.length).toBeLessThanOrEqual(limit);
    results.push(...answer.body.results);
    token = answer.body.page.next_token;
    if (token === '') return results;
  }
}

describe('a search by a foreign policy, and its decision', () => {
  it('find the same, whoever is tried', async () => {
    const searches = fc.constantFrom<Search>('subject', 'resource', 'action');
    const questions = fc.array(fc.tuple(requests, searches, fc.integer({ min: 1, max: 4 })), {
      minLength: 10,
      maxLength: 10,
    });
    await fc.assert(
      fc.asyncProperty(worlds, questions, async (data, asked) => {
        const world = authzenWorld(bundleOver(data));
        for (const [request, search, limit] of asked) {
          const results = await found(world, request, search, limit);
          expect(results).toEqual(expected(data, request, search));
          count(`${search}, ${pagesOf(results.length, limit)}`);
          for (const result of results) {
            const { body } = await world.post('evaluation', { ...request, [search]: result });
            expect(body.decision).toBe(true);
          }
        }
      }),
      { numRuns: Math.ceil(RUNS / 15), seed: SEED },
    );
    console.log(`seed ${SEED}:`, Object.fromEntries([...seen].sort()));
    for (const search of ['subject', 'resource', 'action']) {
      for (const pages of ['none', 'one page', 'more pages']) {
        expect(seen.get(`${search}, ${pages}`), `${search}, ${pages}`).toBeGreaterThan(0);
      }
    }
  });
});
