import { expect } from 'vitest';
import { EVALUATION, type Level, type ScenarioCase } from './ask.ts';
import { type Names, withProperties } from './names.ts';

type Make = (names: Names) => object;

const good: Make = ({ alice, read, record1 }) => ({ subject: alice, action: read, resource: record1 });
const without =
  (name: string): Make =>
  (names) => ({ ...good(names), [name]: undefined });
const instead =
  (name: string, make: (names: Names) => unknown): Make =>
  (names) => ({ ...good(names), [name]: make(names) });

const decided = (
  [level, section, title]: [Level, string, string],
  about: ScenarioCase['about'],
  make: Make,
  decision: boolean,
): ScenarioCase => ({
  ...{ level, section, title, about },
  run: (ask, names) => ask.decides(make(names), decision),
});

const core = (section: string, title: string): [Level, string, string] => ['Basic Core', section, title];
const properties = (section: string, title: string): [Level, string, string] => ['Basic Properties', section, title];
const archived = { status: 'archived' };

const DECISIONS: ScenarioCase[] = [
  decided(core('2.2.1', 'rule 1, a permit'), 'form', good, true),
  decided(core('1.4', 'rule 2'), 'form', (n) => ({ ...good(n), action: n.write }), true),
  decided(core('1.4', 'rule 3'), 'form', (n) => ({ ...good(n), subject: n.bob }), true),
  decided(core('2.2.2', 'rule 4, a denial'), 'form', (n) => ({ ...good(n), subject: n.bob, action: n.write }), false),
  decided(
    core('2.2.3', 'a context changes nothing'),
    'form',
    (n) => ({ ...good(n), context: { time: '2025-06-27T18:03-07:00', ip: '192.168.1.1' } }),
    true,
  ),
  decided(
    core('2.2.8', 'more properties than anybody needs'),
    'form',
    ({ alice, read, record1 }) => ({
      subject: withProperties(alice, { department: 'Sales', role: 'manager' }),
      action: withProperties(read, { method: 'GET' }),
      resource: withProperties(record1, { status: 'active', owner: 'bob' }),
    }),
    true,
  ),
  decided(
    core('2.2.9', 'fields that nobody knows'),
    'form',
    (n) => ({ ...good(n), foo: 'bar', futureField: { nested: true } }),
    true,
  ),
  decided(
    properties('2.2.4', 'rule 5'),
    'fixture',
    ({ alice, write, record2 }) => ({ subject: alice, action: write, resource: withProperties(record2, archived) }),
    false,
  ),
  decided(
    properties('2.2.5', 'rule 6'),
    'fixture',
    ({ bob, write, record2 }) => ({
      subject: withProperties(bob, { role: 'admin' }),
      action: write,
      resource: withProperties(record2, archived),
    }),
    true,
  ),
  ...[true, false].map((soft) =>
    decided(
      properties(soft ? '2.2.6' : '2.2.7', soft ? 'rule 7' : 'rule 8'),
      'fixture',
      (n) => ({ ...good(n), action: { name: 'delete', properties: { soft } } }),
      soft,
    ),
  ),
];

const typeOnly = ({ type }: { type: string }) => ({ type });
const idOnly = ({ id }: { id: string }) => ({ id });

const REFUSED: [string, string, Make][] = [
  ['2.4.1', 'no subject', without('subject')],
  ['2.4.1', 'no action', without('action')],
  ['2.4.1', 'no resource', without('resource')],
  ['2.4.2', 'a subject without type', instead('subject', ({ alice }) => idOnly(alice))],
  ['2.4.2', 'a subject without id', instead('subject', ({ alice }) => typeOnly(alice))],
  ['2.4.2', 'an action without name', instead('action', () => ({}))],
  ['2.4.2', 'a resource without type', instead('resource', ({ record1 }) => idOnly(record1))],
  ['2.4.2', 'a resource without id', instead('resource', ({ record1 }) => typeOnly(record1))],
  ['2.4.6', 'a subject that is a text', instead('subject', ({ alice }) => alice.id)],
  ['2.4.6', 'an action of which the name is a number', instead('action', () => ({ name: 123 }))],
];

/** What holds for the body and headers of whichever question. */
export function frameCases(level: Level, path: string, make: Make): ScenarioCase[] {
  const of = (section: string, title: string, run: ScenarioCase['run']): ScenarioCase => ({
    ...{ level, section, title: `${title}, at ${path}`, about: 'form', run },
  });
  return [
    of('2.4.3', 'another Content-Type', (ask, n) => ask.refuses(path, make(n), { 'content-type': 'text/plain' })),
    of('2.4.4', 'no JSON', (ask) => ask.refuses(path, '{"subject":')),
    of('2.4.5', 'an empty body', (ask) => ask.refuses(path, '')),
    of('2.5.1', 'X-Request-ID comes back', async (ask, n) => {
      const id = 'bfe9eb29-ab87-4ca3-be83-a1d5d8305716';
      for (const body of [make(n), '{']) {
        expect((await ask.raw(path, body, { 'x-request-id': id })).headers.get('x-request-id')).toBe(id);
      }
    }),
    of('2.5.2', 'without X-Request-ID', async (ask, n) => expect((await ask.raw(path, make(n))).status).toBe(200)),
    of('5', 'unknown fields are ignored', async (ask, n) => {
      await ask.ok(path, { ...make(n), futureField: { nested: true } });
    }),
    of('2.6', 'the same again', async (ask, n) => {
      const bodies = [];
      for (let time = 0; time < 5; time += 1) bodies.push(await ask.ok(path, make(n)));
      const told = bodies.map(({ decision, evaluations, results }) => ({
        ...{ decision, results, decisions: evaluations?.map((item) => item.decision) },
      }));
      for (const one of told) expect(one).toEqual(told[0]);
    }),
  ];
}

export const BASIC: ScenarioCase[] = [
  ...DECISIONS,
  {
    ...{ level: 'Basic Core', section: '2.3', title: 'a decision that is a boolean', about: 'form' },
    async run(ask, names) {
      const answer = await ask.ok(EVALUATION, good(names));
      expect(answer.decision).toBeTypeOf('boolean');
    },
  },
  ...REFUSED.map(
    ([section, title, make]): ScenarioCase => ({
      ...{ level: 'Basic Core', section, title, about: 'form' },
      run: (ask, names) => ask.refuses(EVALUATION, make(names)),
    }),
  ),
  ...frameCases('Basic Core', EVALUATION, good),
];
