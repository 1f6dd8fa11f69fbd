import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dossierName, makeDossiers } from '../../src/evaluate/dossier.ts';
import type { Gathered } from '../../src/evaluate/gather.ts';
import { recordKey } from '../../src/mandates/record-key.ts';
import {
  ANNA,
  aWorld,
  caller,
  DIRECT,
  FIRM,
  fixed,
  kept,
  NOW,
  OFFICE,
  PEOPLE,
  projected,
  question,
} from '../support/decide-world.ts';

const facts = (): Gathered => ({
  request: {},
  actor: {},
  represented: {},
  together: [],
  services: [],
  via_needed: false,
});
const [a, b] = [recordKey.party(ANNA), recordKey.party(FIRM)];
const odd = [
  '',
  '-',
  '1',
  '\0',
  '\u0001',
  '\u0001\0',
  '\u0100',
  '\u0100255:',
  'a'.repeat(254),
  'a'.repeat(255),
  'a'.repeat(256),
];
const text = fc.oneof(fc.constantFrom(...odd), fc.string({ maxLength: 3, unit: 'binary' }));
const name = fc.oneof(
  fc.record({ scheme: fc.constantFrom('kvk' as const, 'bsn' as const), value: text }),
  fc.record({ party_id: text, kind: fc.constantFrom('person' as const, 'organisation' as const) }),
);
const optional = { loa: text, branch: text, operation: text, case: text, min_loa: text, via: name };
const together = fc.array(fc.record({ id: name, loa: text }, { requiredKeys: ['id'] }), { maxLength: 2 });
const some = fc.record(
  { actor: name, represented: name, service: text, ...optional, together },
  { requiredKeys: ['actor', 'represented', 'service'] },
);

describe('the name of a dossier', () => {
  it('is one only for questions that rest on the same facts', () => {
    fc.assert(
      fc.property(some, some, (one, other) => {
        const bare = ({ together = [], ...rest }: typeof one) => ({ ...rest, together });
        expect(dossierName(one) === dossierName(other)).toBe(fc.stringify(bare(one)) === fc.stringify(bare(other)));
      }),
      { numRuns: 5000 },
    );
  });

  it('leaves out what nothing is looked up by', () => {
    expect(dossierName({ ...question, min_revision: '1.2', time: 'now' })).toBe(dossierName(question));
  });
});

describe('dossiers', () => {
  it('are found again until a record in them changes', () => {
    const dossiers = makeDossiers({ maxBytes: 100_000 });
    const gathered = facts();
    dossiers.keep('one', gathered, [a, b]);
    expect(dossiers.find('one')).toEqual(gathered);
    dossiers.drop([recordKey.party(OFFICE)]);
    expect(dossiers.find('one')).toEqual(gathered);
    dossiers.drop([b]);
    expect(dossiers.find('one')).toBeUndefined();
    dossiers.keep('one', gathered, [a, b]);
    expect(dossiers.find('one')).toEqual(gathered);
    dossiers.clear();
    expect(dossiers.find('one')).toBeUndefined();
    expect(dossiers.counts()).toMatchObject({ hits: 3, misses: 2, bytes: 0, entries: 0 });
  });

  it('are wanted from the second time on, while the first is remembered', () => {
    const dossiers = makeDossiers({ maxBytes: 100_000 });
    expect(dossiers.isWanted('one')).toBe(false);
    expect(dossiers.isWanted('other')).toBe(false);
    expect(dossiers.isWanted('one')).toBe(true);
    for (let n = 0; n < 1_000_000; n++) dossiers.isWanted(`question ${n}`);
    expect(dossiers.isWanted('other')).toBe(false);
  });

  it('are wanted again when one of them changed, however long ago it was asked first', () => {
    const dossiers = makeDossiers({ maxBytes: 100_000 });
    dossiers.keep('one', facts(), [a]);
    dossiers.drop([a]);
    expect(dossiers.find('one')).toBeUndefined();
    expect(dossiers.isWanted('one')).toBe(true);
  });

  it('outlive changes of any number of records that are in none of them', () => {
    const dossiers = makeDossiers({ maxBytes: 2 ** 25 });
    const keysOf = (n: number) => ['a', 'b', 'c', 'd', 'e'].map((part) => recordKey.party(`${part}${n}`));
    for (let n = 0; n < 10_000; n++) dossiers.keep(`question ${n}`, facts(), keysOf(n));
    for (let n = 0; n < 200_000; n++) dossiers.drop([recordKey.party(`other ${n}`)]);
    for (let n = 0; n < 10_000; n++) dossiers.find(`question ${n}`);
    // Two hashes of 32 bits may meet.
    expect(dossiers.counts().hits).toBeGreaterThan(9_950);
  });

  it('stay within their bound, and those asked for more often stay', () => {
    const dossiers = makeDossiers({ maxBytes: 20_000 });
    for (let times = 0; times < 3; times++) dossiers.isWanted('often');
    dossiers.keep('often', facts(), [a]);
    const ask = (name: string) => dossiers.find(name) ?? (dossiers.isWanted(name) && dossiers.keep(name, facts(), [a]));
    for (let times = 0; times < 3; times++) for (let n = 0; n < 1000; n++) ask(`question ${n}`);
    const { bytes, entries } = dossiers.counts();
    expect(bytes).toBeLessThanOrEqual(20_000);
    expect(entries).toBeGreaterThan(20);
    expect(dossiers.find('often')).toEqual(facts());
    expect(dossiers.find('question 999')).toBeUndefined();
  });
});

describe('answering from a dossier', () => {
  const call = { caller };

  it('reads nothing, and asks clock, position and policy anew', async () => {
    const dossiers = makeDossiers({ maxBytes: 100_000 });
    const lookups = await projected([...PEOPLE, DIRECT]);
    let [now, n, peeks] = [NOW, 1, 0];
    const { evaluate } = await aWorld([], {
      dossiers,
      lookups: {
        ...lookups,
        peek(key) {
          peeks += 1;
          return lookups.peek(key);
        },
      },
      freshness: { ...fixed(), position: () => ({ revision: { epoch: 1, n }, ageMs: n }) },
      now: () => now,
    });
    for (const _ of ['gathered', 'kept']) {
      expect(await evaluate.one(question, call)).toMatchObject({ allow: true, data_revision: '1.1', data_age_ms: 1 });
    }
    const before = peeks;
    expect(before).toBeGreaterThan(0);
    n = 2;
    now = NOW + 1; // The mandate ends there.
    expect(await evaluate.one(question, call)).toMatchObject({ allow: false, data_revision: '1.2', data_age_ms: 2 });
    expect(peeks).toBe(before);
  });

  it('asks each caller for its own owners', async () => {
    const { evaluate } = await aWorld([...PEOPLE, DIRECT], { dossiers: makeDossiers({ maxBytes: 100_000 }) });
    for (const _ of ['gathered', 'kept', 'found']) await evaluate.one(question, call);
    const elsewhere = { caller: { ...caller, owners: ['another'] } };
    await expect(async () => evaluate.one(question, elsewhere)).rejects.toMatchObject({ code: 'forbidden' });
  });

  it('is left to a wait when the revision asked for is not there', async () => {
    let reached = 0;
    const { evaluate } = await aWorld([...PEOPLE, DIRECT], {
      dossiers: makeDossiers({ maxBytes: 100_000 }),
      freshness: { ...fixed(), reach: async () => void reached++ },
    });
    for (const _ of ['gathered', 'kept', 'found']) await evaluate.one(question, call);
    expect(reached).toBe(0);
    await evaluate.one({ ...question, min_revision: '1.8' }, call);
    expect(reached).toBeGreaterThan(0);
  });

  it('gives records of their own clock to whoever keeps the input', async () => {
    const records = { ...kept(), wantsInput: true };
    let now = NOW;
    const world = { records, now: () => now++, dossiers: makeDossiers({ maxBytes: 100_000 }) };
    const { evaluate } = await aWorld([...PEOPLE, DIRECT], world);
    await evaluate.many([question, question, question], 'execute_all', call);
    const inputs = [0, 1, 2].map((later) => ({ now: NOW + later })).map((input) => expect.objectContaining(input));
    expect(records.entries[0]?.body['adl.core.information']).toMatchObject({ inputs });
  });
});
