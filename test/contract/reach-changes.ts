import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ServiceFacts } from '../../src/domain/facts.ts';
import { type Copy, makeCopy } from '../../src/mandates/memory-copy.ts';
import type { Projection, Write } from '../../src/mandates/projection.ts';
import type { Reach } from '../../src/mandates/reach.ts';
import { scopeKey } from '../../src/mandates/record-key.ts';
import { aMandate, batch, HEADER, id } from './projection.ts';
import { everyone } from './reach.ts';

export interface ReachSubject {
  projection: Projection;
  /** In chunks as small as the store can make them, so that changes come between. */
  reach: Reach;
}

const HUB = id(1);
const PARTIES = 40;
/** Replaced more often, a walk would be right to give up. */
const SWAPS_AT_MOST = 5;
const SCOPES = [scopeKey.everything, scopeKey.service(id(2)), scopeKey.service(id(3))] as const;
const party = (n: number) => id(100 + n);
const serviceId = (n: number) => `urn:etoegang:DV:${n}`;

/** One batch: a mandate comes, goes, or is given again under another scope; or a service does. */
interface Change {
  of: 'given' | 'received' | 'service';
  n: number;
  from?: string | undefined;
  to?: string | undefined;
}

const maybeScope = fc.option(fc.constantFrom(...SCOPES), { nil: undefined, freq: 2 });
const someChange: fc.Arbitrary<Change> = fc.record({
  of: fc.constantFrom('given', 'received', 'service'),
  n: fc.nat({ max: PARTIES - 1 }),
  from: maybeScope,
  to: maybeScope,
});

type Step = Change | 'rebuild';
const someSteps = fc.array(fc.oneof({ weight: 20, arbitrary: someChange }, fc.constant('rebuild' as const)), {
  maxLength: 60,
});

function writesOf({ of, n, from, to }: Change): Write[] {
  if (of === 'service') return [to === undefined ? { drop: 'service', serviceId: serviceId(n) } : aService(n)];
  const ends = of === 'given' ? { represented: HUB, delegate: party(n) } : { represented: party(n), delegate: HUB };
  const drops: Write[] = from === undefined ? [] : [{ drop: 'mandate', ...ends, scope: from, mandateId: id(n) }];
  return to === undefined ? drops : [...drops, { put: 'mandate', ...ends, scope: to, facts: aMandate(n) }];
}

function aService(n: number): Write {
  // Nobody reads more of it here.
  return { put: 'service', serviceId: serviceId(n), facts: { service_id: serviceId(n) } as ServiceFacts };
}

/** What there is to ask, and who is connected by a plain look at everything. */
interface Asked {
  ask: (reach: Reach) => AsyncIterable<readonly string[]>;
  scan: (write: Write) => string;
}

const QUESTIONS: Record<string, Asked> = {
  delegates: { ask: (reach) => reach.delegates(HUB), scan: (write) => delegateOf(write, SCOPES) },
  'delegates under a scope': {
    ask: (reach) => reach.delegates(HUB, new Set([SCOPES[0]])),
    scan: (write) => delegateOf(write, [SCOPES[0]]),
  },
  'delegates under one of two': {
    ask: (reach) => reach.delegates(HUB, new Set([SCOPES[0], SCOPES[1]])),
    scan: (write) => delegateOf(write, [SCOPES[0], SCOPES[1]]),
  },
  represented: {
    ask: (reach) => reach.represented(HUB),
    scan: (write) => ('scope' in write && write.delegate === HUB ? write.represented : ''),
  },
  services: { ask: (reach) => reach.services(), scan: (write) => ('serviceId' in write ? write.serviceId : '') },
};

function delegateOf(write: Write, scopes: readonly string[]): string {
  return 'scope' in write && write.represented === HUB && scopes.includes(write.scope) ? write.delegate : '';
}

function connected(model: Copy, scan: (write: Write) => string): Set<string> {
  return new Set([...model.contents()].map(scan).filter((one) => one !== ''));
}

/** One step after each chunk, until there are none left. */
async function walkWhileChanging(
  { projection, reach }: ReachSubject,
  model: Copy,
  { ask, scan }: Asked,
  during: Step[],
) {
  const given = new Set<string>();
  let throughout = [...connected(model, scan)];
  const atAnyTime = new Set(throughout);
  let [steps, n, swaps] = [0, 0, 0];
  for await (const chunk of ask(reach)) {
    for (const one of chunk) given.add(one);
    const step = during[steps];
    if (step === undefined) continue;
    steps++;
    if (step !== 'rebuild') {
      const writes = writesOf(step);
      for (const write of writes) model.write(write);
      for (const write of writes) atAnyTime.add(scan(write));
      await projection.apply(batch(n, ++n, ...writes), 1);
    } else if (swaps++ < SWAPS_AT_MOST) await swap(projection, model, n);
    const now = connected(model, scan);
    throughout = throughout.filter((one) => now.has(one));
  }
  return { given, throughout, atAnyTime, steps };
}

/** What every projection that can be walked through gives while it changes; `open` gives an empty one each time. */
export function reachChangesContract(name: string, open: () => Promise<ReachSubject>, numRuns = 100): void {
  describe(`reach in ${name}, while it changes`, () => {
    test('is not ready until there is a projection', async () => {
      const { reach } = await open();
      for (const { ask } of Object.values(QUESTIONS)) {
        await expect(everyone(ask(reach))).rejects.toMatchObject({ code: 'not_ready' });
      }
    });

    test.each(Object.entries(QUESTIONS))(
      'gives all %s there throughout, and none that never were',
      async (_, question) => {
        let changed = 0;
        const property = async (before: Change[], during: Step[]) => {
          const model = makeCopy();
          for (const write of before.flatMap(writesOf)) model.write(write);
          const subject = await open();
          await swap(subject.projection, model, 0);
          const { given, throughout, atAnyTime, steps } = await walkWhileChanging(subject, model, question, during);
          expect(throughout.filter((one) => !given.has(one))).toEqual([]);
          expect([...given].filter((one) => !atAnyTime.has(one))).toEqual([]);
          changed += steps;
        };
        const before = fc.array(someChange, { minLength: 40, maxLength: 120 });
        await fc.assert(fc.asyncProperty(before, someSteps, property), { numRuns, endOnFailure: true });
        expect(changed).toBeGreaterThan(numRuns);
      },
    );

    test('says that it cannot tell when the projection is replaced again and again', async () => {
      const { projection, reach } = await open();
      const model = makeCopy();
      for (let n = 0; n < PARTIES; n++) {
        for (const write of writesOf({ of: 'received', n, to: SCOPES[0] })) model.write(write);
      }
      await swap(projection, model, 0);
      const walk = async () => {
        for await (const _ of reach.represented(HUB)) await swap(projection, model, 0);
      };
      await expect(walk()).rejects.toMatchObject({ code: 'not_ready' });
    });
  });
}

async function swap(projection: Projection, model: Copy, n: number): Promise<void> {
  const rebuild = await projection.rebuild(HEADER, 1);
  await rebuild.load([...model.contents()]);
  await rebuild.swap({ epoch: 1, n }, `hash ${n}`);
}
