import { expect } from 'vitest';
import { type Ask, type Entity, type ScenarioCase, SEARCH } from './ask.ts';
import { frameCases } from './basic.ts';
import { type Names, withProperties } from './names.ts';

type Make = (names: Names) => object;

const context = { time: '2025-06-27T18:03-07:00', ip: '192.168.1.1' };
const subjects: Make = ({ anyUser, read, record1 }) => ({ subject: anyUser, action: read, resource: record1 });
const resources: Make = ({ alice, read, anyRecord }) => ({ subject: alice, action: read, resource: anyRecord });
const actions: Make = ({ alice, record1 }) => ({ subject: alice, resource: record1 });

const core = (section: string, title: string, run: ScenarioCase['run']): ScenarioCase => ({
  ...{ level: 'Search Core', section, title, about: 'form', run },
});

const keyOf = ({ id, name }: Entity) => id ?? name;

/** Whom the fixture must find; others name results in their own way. */
function expectNames(found: readonly Entity[], { isFixture }: Names, ids: readonly string[]): void {
  expect(found.length).toBeGreaterThan(0);
  if (isFixture) expect(found.map(keyOf)).toEqual(expect.arrayContaining([...ids]));
}

function expectEntities(found: readonly Entity[], type: string): void {
  for (const entity of found) expect(entity).toMatchObject({ type, id: expect.any(String) });
}

const same = (path: string, plain: Make, change: (names: Names) => object): ScenarioCase['run'] =>
  async function isSame(ask: Ask, names: Names) {
    expect(await ask.finds(path, { ...plain(names), ...change(names) })).toEqual(await ask.finds(path, plain(names)));
  };

const FOUND: ScenarioCase[] = [
  core('4.2.1', 'S1, who may read', async (ask, names) => {
    const found = await ask.finds(SEARCH.subject, subjects(names));
    expectNames(found, names, ['alice', 'bob']);
    expectEntities(found, names.anyUser.type);
  }),
  core(
    '4.2.2',
    'subjects, with a context',
    same(SEARCH.subject, subjects, () => ({ context })),
  ),
  core(
    '4.2.3',
    'an id of the subject is ignored',
    same(SEARCH.subject, subjects, ({ anyUser, alice }) => ({ subject: { ...anyUser, id: alice.id } })),
  ),
  core('4.3.1', 'S2, what alice may read', async (ask, names) => {
    const found = await ask.finds(SEARCH.resource, resources(names));
    expectNames(found, names, ['record-1']);
    expectEntities(found, names.anyRecord.type);
  }),
  core(
    '4.3.2',
    'resources, with a context',
    same(SEARCH.resource, resources, () => ({ context })),
  ),
  core(
    '4.3.3',
    'an id of the resource is ignored',
    same(SEARCH.resource, resources, ({ anyRecord, record1 }) => ({ resource: { ...anyRecord, id: record1.id } })),
  ),
  core('4.4.1', 'S3, what alice may do', async (ask, names) => {
    const found = await ask.finds(SEARCH.action, actions(names));
    expectNames(found, names, ['read', 'write']);
    for (const entity of found) expect(entity.name).toBeTypeOf('string');
  }),
  core(
    '4.4.2',
    'actions, with a context',
    same(SEARCH.action, actions, () => ({ context })),
  ),
];

const archived = { status: 'archived' };
const admin = ({ bob }: Names) => withProperties(bob, { role: 'admin' });

const BY_PROPERTIES: [string, string, string, Make, string][] = [
  [
    ...(['4.2.4', 'S4, by properties of the resource', SEARCH.subject] as const),
    ({ anyUser, write, record2 }) => ({ subject: anyUser, action: write, resource: withProperties(record2, archived) }),
    'bob',
  ],
  [
    ...(['4.3.4', 'S5, by properties of the subject', SEARCH.resource] as const),
    (n) => ({ subject: admin(n), action: n.write, resource: n.anyRecord }),
    'record-2',
  ],
  [
    ...(['4.4.3', 'S6, by properties of both', SEARCH.action] as const),
    (n) => ({ subject: admin(n), resource: withProperties(n.record2, archived) }),
    'write',
  ],
];

const PAGES: ScenarioCase[] = [
  core('4.5.1', 'a limit is taken', async (ask, n) => {
    await ask.finds(SEARCH.subject, { ...subjects(n), page: { limit: 1 } });
  }),
  core('4.5.2', 'a token leads on, and the last page has none', async (ask, n) => {
    const all = await ask.finds(SEARCH.subject, subjects(n));
    const found: Entity[] = [];
    for (let token: string | undefined; token !== ''; ) {
      const page = { limit: 1, ...(token !== undefined && { token }) };
      const body = await ask.ok(SEARCH.subject, { ...subjects(n), page });
      expect(body.page?.next_token).toBeTypeOf('string');
      found.push(...(body.results ?? []));
      token = String(body.page?.next_token);
    }
    expect(found).toEqual(all);
  }),
  core('4.5.3', 'the form of a page', async (ask, n) => {
    const { page } = await ask.ok(SEARCH.subject, { ...subjects(n), page: { limit: 1 } });
    expect(page).toMatchObject({ next_token: expect.any(String), count: expect.any(Number) });
  }),
];

const nobody = { type: 'user', id: 'nonexistent-user' };
const spaceship = { type: 'spaceship' };
const EMPTY: [string, string, string, Make][] = [
  ['4.6.1', 'actions of an unknown subject', SEARCH.action, (n) => ({ ...actions(n), subject: nobody })],
  ['4.6.1', 'resources of an unknown subject', SEARCH.resource, (n) => ({ ...resources(n), subject: nobody })],
  [
    ...(['4.6.1', 'subjects for an unknown resource', SEARCH.subject] as const),
    (n) => ({ ...subjects(n), resource: { type: 'record', id: 'nonexistent-record' } }),
  ],
  ['4.6.2', 'subjects of an unknown type', SEARCH.subject, (n) => ({ ...subjects(n), subject: spaceship })],
  ['4.6.2', 'resources of an unknown type', SEARCH.resource, (n) => ({ ...resources(n), resource: spaceship })],
  [
    ...(['4.6.2', 'actions on a resource of an unknown type', SEARCH.action] as const),
    (n) => ({ ...actions(n), resource: { ...spaceship, id: 'one' } }),
  ],
];

const bare = ({ anyUser, read, anyRecord }: Names) => ({ subject: anyUser, action: read, resource: anyRecord });
const REFUSED: [string, string, string, Make][] = [
  ['4.7.1', 'subjects without an action', SEARCH.subject, (n) => ({ ...subjects(n), action: undefined })],
  ['4.7.1', 'resources without a subject', SEARCH.resource, (n) => ({ ...resources(n), subject: undefined })],
  ['4.7.1', 'actions without a resource', SEARCH.action, (n) => ({ ...actions(n), resource: undefined })],
  ['4.7.2', 'subjects for a resource without id', SEARCH.subject, bare],
  ['4.7.2', 'resources for a subject without id', SEARCH.resource, bare],
  ['4.7.2', 'actions of a subject without id', SEARCH.action, (n) => ({ ...actions(n), subject: n.anyUser })],
];

export const SEARCHES: ScenarioCase[] = [
  ...FOUND,
  ...PAGES,
  ...EMPTY.map(([section, title, path, make]) =>
    core(section, title, async (ask, names) => expect(await ask.finds(path, make(names))).toEqual([])),
  ),
  ...REFUSED.map(([section, title, path, make]) =>
    core(section, title, (ask, names) => ask.refuses(path, make(names))),
  ),
  ...frameCases('Search Core', SEARCH.subject, subjects),
  ...frameCases('Search Core', SEARCH.resource, resources),
  ...frameCases('Search Core', SEARCH.action, actions),
  ...BY_PROPERTIES.map(
    ([section, title, path, make, id]): ScenarioCase => ({
      ...{ level: 'Search Properties', section, title, about: 'fixture' },
      run: async (ask, names) => expectNames(await ask.finds(path, make(names)), names, [id]),
    }),
  ),
];
