import { expect } from 'vitest';
import { EVALUATIONS, type Level, type ScenarioCase } from './ask.ts';
import { frameCases } from './basic.ts';
import { type Names, withProperties } from './names.ts';

type Expected = readonly (boolean | 'either')[];

const decided = (
  level: Level,
  [section, title]: [string, string],
  make: (names: Names) => object,
  expected: Expected,
): ScenarioCase => ({
  ...{ level, section, title, about: level === 'Batch Core' ? 'form' : 'fixture' },
  run: (ask, names) => ask.decidesAll(make(names), expected),
});

const [active, archived] = [{ status: 'active' }, { status: 'archived' }];
const two = ({ alice, read, record1, record2 }: Names) => ({
  ...{ subject: alice, action: read, evaluations: [{ resource: record1 }, { resource: record2 }] },
});
const readAndWrite = ({ bob, record1, read, write }: Names) => ({
  ...{ subject: bob, resource: record1, evaluations: [{ action: read }, { action: write }] },
});
const single = ({ alice, read, record1 }: Names) => ({ subject: alice, action: read, resource: record1 });

export const BATCH: ScenarioCase[] = [
  decided('Batch Core', ['3.2.1', 'a list of questions'], two, ['either', 'either']),
  decided('Batch Core', ['3.2.2', 'rules 3 and 4, in order'], readAndWrite, [true, false]),
  decided(
    'Batch Core',
    ['3.2.5', 'without defaults'],
    (n) => ({ evaluations: [single(n), { subject: n.bob, action: n.write, resource: n.record1 }] }),
    [true, false],
  ),
  decided(
    'Batch Core',
    ['3.2.6', 'a context inherited, and one of its own'],
    (n) => ({
      ...{ subject: n.alice, action: n.read, context: { time: '2025-06-27T18:03-07:00' } },
      evaluations: [
        { resource: n.record1 },
        { resource: n.record2, context: { time: '2025-06-27T19:00-07:00', source: 'batch-override' } },
      ],
    }),
    ['either', 'either'],
  ),
  decided(
    'Batch Core',
    ['3.4.1', 'one that lacks its resource is denied'],
    ({ alice, read, record1 }) => ({
      ...{ subject: alice, action: read, options: { evaluations_semantic: 'execute_all' } },
      evaluations: [{ resource: record1 }, {}],
    }),
    [true, false],
  ),
  decided(
    'Batch Core',
    ['3.2.7', 'an entity that lacks its id takes none from the default'],
    ({ alice, read, record1 }) => ({
      ...{ subject: alice, action: read, resource: record1 },
      evaluations: [{}, { subject: { type: alice.type } }, { resource: { id: record1.id } }],
    }),
    [true, false, false],
  ),
  decided(
    'Batch Properties',
    ['3.2.3', 'properties of each resource'],
    ({ alice, write, record1, record2 }) => ({
      ...{ subject: alice, action: write },
      evaluations: [{ resource: withProperties(record1, active) }, { resource: withProperties(record2, archived) }],
    }),
    [true, false],
  ),
  decided(
    'Batch Properties',
    ['3.2.4', 'properties of each subject'],
    ({ alice, bob, write, record2 }) => ({
      ...{ action: write, resource: withProperties(record2, archived) },
      evaluations: [{ subject: alice }, { subject: withProperties(bob, { role: 'admin' }) }],
    }),
    [false, true],
  ),
  decided(
    'Batch Properties',
    ['3.2.7', 'defaults inherited, or replaced whole'],
    ({ alice, write, record1, record2 }) => ({
      ...{ subject: alice, action: write, resource: withProperties(record1, active) },
      evaluations: [{}, { resource: withProperties(record2, archived) }],
    }),
    [true, false],
  ),
  ...['without a list', 'with an empty list'].map(
    (title, index): ScenarioCase => ({
      ...{ level: 'Batch Core', section: `3.4.${index + 2}`, title, about: 'form' },
      run: (ask, n) => ask.decides({ ...single(n), ...(index === 1 && { evaluations: [] }) }, true, EVALUATIONS),
    }),
  ),
  {
    ...{ level: 'Batch Core', section: '3.3', title: 'as many answers as questions, in order', about: 'form' },
    async run(ask, { alice, bob, read, write, record1 }) {
      const items = Array.from({ length: 20 }, (_, n) => ({ subject: bob, action: n % 3 === 0 ? read : write }));
      const { evaluations } = await ask.ok(EVALUATIONS, { subject: alice, resource: record1, evaluations: items });
      expect(evaluations?.map(({ decision }) => decision)).toEqual(items.map((_, n) => n % 3 === 0));
    },
  },
  ...frameCases('Batch Core', EVALUATIONS, two),
];
