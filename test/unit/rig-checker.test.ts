import { describe, expect, it } from 'vitest';
import type { Question } from '../../src/domain/evaluation.ts';
import type { FactRow } from '../../src/mandates/rows.ts';
import { namedUuid } from '../../src/workbench/cases/register-facts.ts';
import { mandateFactRow } from '../../src/workbench/cases/register-writes.ts';
import { decide } from '../oracle/oracle.ts';
import { makeChecker, toSaid } from '../rig/checker.ts';
import { type Change, makeHistory } from '../rig/history.ts';
import { type Observation, type Reply, readAnswer, readReply } from '../rig/observation.ts';

/** A register of one mandate that is suspended and reactivated, and answers to one question about it: true ones, and lies. */
const START = Date.parse('2026-06-01T12:00:00Z');
const [FIRM, TESS, SERVICE] = [namedUuid('firm'), namedUuid('tess'), namedUuid('service')];
const TERMS = {
  active: true,
  loa: 'eh2' as const,
  kinds: { employee: true as const },
  grounds: {},
  chains: true,
  branches: true,
};
const question: Question = {
  actor: { scheme: 'pseudonym', value: 'tess' },
  loa: 'eh3',
  represented: { scheme: 'kvk', value: '12345678' },
  service: 'urn:etoegang:DV:1:services:1',
};
const alias = ({ value }: { value: string }) => value;

const mandate = (status: 'active' | 'suspended'): FactRow<'mandate'> =>
  mandateFactRow(
    {
      facts: {
        mandate_id: namedUuid('mandate'),
        kind: 'employee',
        status,
        valid_from: START - 1_000_000,
        valid_until: START + 100_000,
        loa: 'eh3',
        reach: 'own',
        operations: 'all',
        branches: 'all',
        cases: 'all',
        granted_at: START - 1_000_000,
      },
      represented: FIRM,
      delegate: TESS,
      services: [SERVICE],
      sets: [],
      everything: false,
    },
    { parties: new Map(), aliases: new Map(), branches: new Set(), services: new Map(), mandates: [] },
  );

const party = (party_id: string, kind: 'person' | 'organisation'): FactRow<'party'> => ({
  party_id,
  facts: { party_id, kind, states: [], has_branches: false },
});

function snapshot() {
  const facts = {
    service_id: question.service,
    service_uuid: SERVICE,
    owner: namedUuid('owner'),
    domain: 'general' as const,
    definition: TERMS,
    instance: TERMS,
    sets: {},
    sub_services: [],
    follow_up: 'delegate' as const,
  };
  return {
    ...{ epoch: 1, n: 10, hash: 'hash 10', knownBy: START },
    rows: {
      party: [party(FIRM, 'organisation'), party(TESS, 'person')],
      alias: [
        { alias: 'tess', facts: { party_id: TESS, means: { active: true } } },
        { alias: '12345678', facts: { party_id: FIRM } },
      ],
      branch: [],
      service: [{ service_id: question.service, facts }],
      mandate: [mandate('active')],
    },
  };
}

/** Committed between so many ms after the start and 10 ms later. */
function change(n: number, atMs: number, status: 'active' | 'suspended', transaction = `transaction ${n}`): Change {
  return {
    ...{ n, hash: `hash ${n}`, transaction, notBefore: START + atMs, knownBy: START + atMs + 10 },
    ...{ entity: 'mandate', entityId: namedUuid('mandate'), before: null, after: mandate(status) },
  };
}

/** Revision 10: active; 11 (at 1000): suspended; 12 (at 2000): active; 13 and 14 (at 3000) in one: suspended. */
function story() {
  const history = makeHistory(snapshot());
  history.addAll([change(11, 1000, 'suspended'), change(12, 2000, 'active')]);
  history.addAll([change(13, 3000, 'active', 'both'), change(14, 3000, 'suspended', 'both')]);
  return history;
}

type History = ReturnType<typeof story>;

function checkerOf(history: History) {
  return makeChecker({ history, questions: [question], alias, maxStalenessMs: 500 });
}

interface Told {
  sent: number;
  received?: number;
  revision: string;
  /** What the state of this revision says; of `revision` itself unless said otherwise. */
  as?: number;
  ageMs?: number;
  minRevision?: string;
  incarnation?: number;
  connection?: number;
}

function answer(
  history: History,
  { sent, received = sent + 5, revision, as, ageMs = 100, ...more }: Told,
): Observation {
  const [epoch = 1, n = 10] = revision.split('.').map(Number);
  const versions = (history.erasAt(epoch)[0] ?? history.last()).versions;
  const verdict = toSaid(decide(versions.registerFor(question, as ?? n, alias), question, START + sent));
  const { minRevision, incarnation = 1, connection } = more;
  return {
    ...{ sidecar: 'one', incarnation, question: 0, sentMs: START + sent, receivedMs: START + received },
    ...(minRevision !== undefined && { minRevision }),
    ...(connection !== undefined && { connection }),
    reply: { kind: 'answer', verdict, revision, ageMs },
  };
}

/** The rules broken by the last of these. */
function broken(history: History, ...told: Told[]): string[] {
  const checker = checkerOf(history);
  return told.map((one) => checker.check(answer(history, one)).map(({ rule }) => rule)).at(-1) ?? [];
}

describe('true answers pass', () => {
  it.each<[string, Told]>([
    ['on the newest state', { sent: 500, revision: '1.10' }],
    ['on a state that a commit has just ended', { sent: 1050, revision: '1.10', ageMs: 100 }],
    ['on an older state, as old as is said', { sent: 1300, revision: '1.10', ageMs: 400 }],
    ['on a state that was committed after the question', { sent: 1990, received: 2005, revision: '1.12' }],
    [
      'on a later state than the one named, which was committed then',
      { sent: 2100, revision: '1.11', as: 12, ageMs: 200 },
    ],
    ['on a whole transaction', { sent: 3100, revision: '1.14' }],
    ['at the revision asked for', { sent: 2100, revision: '1.12', minRevision: '1.12' }],
    ['after the mandate has ended by itself', { sent: 200_000, revision: '1.14' }],
  ])('%s', (_, told) => {
    expect(broken(story(), told)).toEqual([]);
  });

  it('when a validity ended while the question was under way, with either answer', () => {
    const history = story();
    history.addAll([change(15, 4000, 'active')]);
    const before = answer(history, { sent: 99_999, received: 100_001, revision: '1.15' });
    const after = answer(history, { sent: 100_000, received: 100_001, revision: '1.15' });
    expect(after.reply).not.toEqual(before.reply);
    const checker = checkerOf(history);
    expect(checker.check(before)).toEqual([]);
    expect(checker.check({ ...before, reply: after.reply })).toEqual([]);
    expect(checker.tally).toMatchObject({ answers: 2, allows: 1, denials: 1 });
  });

  it('and what is newer than it says is counted', () => {
    const history = story();
    const checker = checkerOf(history);
    checker.check(answer(history, { sent: 2100, revision: '1.11', as: 12, ageMs: 200 }));
    expect(checker.tally.newerThanSaid).toBe(1);
  });
});

describe('a planted lie is caught', () => {
  it.each<[string, Told[], string]>([
    ['an allow too many', [{ sent: 1300, revision: '1.11', as: 10 }], 'wrong_answer'],
    ['a denial too many', [{ sent: 500, revision: '1.10', as: 11 }], 'wrong_answer'],
    ['an allow of a state that is to come', [{ sent: 1500, revision: '1.11', as: 12 }], 'wrong_answer'],
    ['an age too small', [{ sent: 1300, revision: '1.10', ageMs: 289 }], 'older_than_declared'],
    ['more age than is allowed', [{ sent: 1511, revision: '1.10', ageMs: 600 }], 'older_than_allowed'],
    ['a revision of the future', [{ sent: 900, revision: '1.11' }], 'unknown_revision'],
    ['a revision of before all', [{ sent: 900, revision: '1.9' }], 'unknown_revision'],
    ['a revision that never was', [{ sent: 3500, revision: '1.15' }], 'unknown_revision'],
    ['an epoch that never was', [{ sent: 3500, revision: '2.14' }], 'unknown_revision'],
    ['half of a transaction', [{ sent: 3100, revision: '1.13', ageMs: 200 }], 'half_a_transaction'],
    ['less than was asked for', [{ sent: 2050, revision: '1.11', minRevision: '1.12' }], 'before_min_revision'],
    [
      'another epoch than was asked for',
      [{ sent: 2050, revision: '1.12', minRevision: '2.11' }],
      'before_min_revision',
    ],
    [
      'going back',
      [
        { sent: 2010, revision: '1.12' },
        { sent: 2020, revision: '1.11' },
      ],
      'went_back',
    ],
  ])('%s', (_, told, rule) => {
    expect(broken(story(), ...told)).toEqual([rule]);
  });

  it('but another process may be behind, and so may an answer to an earlier question', () => {
    const [newer, older] = [
      { sent: 2010, revision: '1.12' },
      { sent: 2020, revision: '1.11' },
    ];
    expect(broken(story(), newer, { ...older, incarnation: 2 })).toEqual([]);
    expect(broken(story(), newer, { ...older, sent: 2012 })).toEqual([]);
  });

  it('and so may an answer over another connection, where those lead to several processes; not one over the same', () => {
    const [newer, older] = [
      { sent: 2010, revision: '1.12', connection: 1 },
      { sent: 2020, revision: '1.11', connection: 2 },
    ];
    expect(broken(story(), newer, older)).toEqual([]);
    expect(broken(story(), newer, { ...older, connection: 1 })).toEqual(['went_back']);
  });

  it.each([
    'allow',
    'reasons',
    'basis',
    'mandates',
    'branches',
    'changes_at',
    'loa_required',
    'services',
    'holders_required',
  ])('in the field %s', (field) => {
    const history = story();
    const observation = answer(history, { sent: 500, revision: '1.10' });
    const reply = observation.reply as Extract<Reply, { kind: 'answer' }>;
    const verdict = { ...reply.verdict, [field]: field === 'allow' ? false : 'a lie' };
    const checked = checkerOf(history).check({ ...observation, reply: { ...reply, verdict } });
    expect(checked.map(({ rule }) => rule)).toEqual(['wrong_answer']);
  });
});

describe('what is forgotten', () => {
  /** All before 2600 is: with the bound of 500 ms, revision 12 is the oldest that may be asked about. */
  function forgetful() {
    const history = story();
    const checker = checkerOf(history);
    checker.check(answer(history, { sent: 2500, revision: '1.12' }));
    const late = answer(history, { sent: 2700, revision: '1.12', ageMs: 600 });
    const lie = answer(history, { sent: 2700, revision: '1.12', as: 11 });
    const back = answer(history, { sent: 2700, revision: '1.11', ageMs: 100 });
    checker.forgetBefore(START + 2600);
    return { history, rules: (one: Observation) => checker.check(one).map(({ rule }) => rule), late, lie, back };
  }

  it('changes nothing for what comes after', () => {
    const { history, rules, late, lie } = forgetful();
    expect(history.last().base.n).toBe(12);
    expect(rules(late)).toEqual([]);
    expect(rules(lie)).toEqual(['wrong_answer']);
    expect(rules(answer(history, { sent: 3100, revision: '1.14' }))).toEqual([]);
    expect(rules(answer(history, { sent: 3100, revision: '1.13', ageMs: 200 }))).toContain('half_a_transaction');
  });

  it('is unknown', () => {
    const { rules, back } = forgetful();
    expect(rules(back)).toContain('unknown_revision');
  });

  it('does not let a process go back', () => {
    const history = story();
    const checker = checkerOf(history);
    checker.check(answer(history, { sent: 2900, revision: '1.12' }));
    checker.check(answer(history, { sent: 3100, revision: '1.14' }));
    checker.forgetBefore(START + 3300);
    const back = answer(history, { sent: 3310, revision: '1.12', ageMs: 400 });
    expect(checker.check(back).map(({ rule }) => rule)).toEqual(['went_back']);
  });
});

describe('a register that was put back', () => {
  /** To revision 11, found at 5000; what came after is lost, and goes on otherwise. */
  function restored() {
    const history = story();
    history.beginEra(2, { n: 11, knownBy: START + 5000 });
    history.addAll([{ ...change(12, 6000, 'active'), hash: 'another 12' }]);
    return history;
  }

  it('gives other states to the same numbers', () => {
    expect(broken(restored(), { sent: 5500, revision: '2.11' })).toEqual([]);
    expect(broken(restored(), { sent: 6500, revision: '2.12' })).toEqual([]);
    expect(broken(restored(), { sent: 5500, revision: '2.12' })).toEqual(['unknown_revision']);
  });

  it('ends the epoch before it, as soon as the declared age has passed', () => {
    expect(broken(restored(), { sent: 5100, revision: '1.14', ageMs: 101 })).toEqual([]);
    expect(broken(restored(), { sent: 5100, revision: '1.14', ageMs: 99 })).toEqual(['epoch_was_over']);
    expect(broken(restored(), { sent: 5501, revision: '1.14', ageMs: 700 })).toEqual(['epoch_was_over']);
  });

  it('may have the same epoch, and other states by the same numbers', () => {
    const history = story();
    history.beginEra(1, { n: 11, knownBy: START + 5000 });
    history.addAll([{ ...change(12, 6000, 'suspended'), hash: 'another 12' }, change(13, 6100, 'active')]);
    const rules = (one: Observation) =>
      checkerOf(history)
        .check(one)
        .map(({ rule }) => rule);
    const told = { sent: 6500, revision: '1.13', ageMs: 300 };
    expect(rules(answer(history, told))).toEqual([]);
    expect(rules(answer(history, { ...told, as: 14 }))).toEqual(['wrong_answer']);
    expect(rules(answer(history, { ...told, revision: '1.11', as: 11 }))).toContain('older_than_declared');
    expect(rules(answer(history, { ...told, revision: '1.14' }))).toEqual(['epoch_was_over']);
  });

  it('is never left again for the epoch before it', () => {
    const told = [
      { sent: 5010, revision: '2.11' },
      { sent: 5020, revision: '1.14' },
    ];
    expect(broken(restored(), ...told)).toEqual(['went_back']);
  });
});

describe('a refusal', () => {
  const PROBLEM = 'application/problem+json; charset=utf-8';
  const check = (reply: Reply) => {
    const history = story();
    const observation = { ...answer(history, { sent: 500, revision: '1.10' }), reply };
    return checkerOf(history)
      .check(observation)
      .map(({ rule }) => rule);
  };

  it.each([
    [503, PROBLEM, '{"status":503,"code":"data_stale"}'],
    [409, PROBLEM, '{"status":409,"code":"epoch_mismatch"}'],
    [429, PROBLEM, '{"status":429,"code":"too_many_requests"}'],
  ])('with %i as it should be passes', (status, type, text) => {
    expect(check(readReply(status, type, text))).toEqual([]);
  });

  it.each([
    ['another status', 500, PROBLEM, '{"status":500,"code":"internal"}'],
    ['a status that differs from its own', 503, PROBLEM, '{"status":500,"code":"internal"}'],
    ['another type', 503, 'application/json', '{"status":503,"code":"data_stale"}'],
    ['no code', 503, PROBLEM, '{"status":503}'],
    ['an allow beside it', 503, PROBLEM, '{"status":503,"code":"data_stale","allow":true}'],
    ['a decision beside it', 503, PROBLEM, '{"status":503,"code":"data_stale","decision":false}'],
    ['no answer at all', 200, 'application/json', '{}'],
    ['half an answer', 200, 'application/json', '{"allow":true,"data_rev'],
    ['an allow without a revision', 200, 'application/json', '{"allow":true,"data_age_ms":1}'],
  ])('with %s is caught', (_, status, type, text) => {
    expect(check(readReply(status, type, text))).toEqual(['malformed_refusal']);
  });

  it('of an item is a denial that says why, never an allow', () => {
    const error = { status: 503, code: 'data_stale', message: '' };
    expect(check(readAnswer({ decision: false, context: { error } }))).toEqual([]);
    expect(check(readAnswer({ decision: true, context: { error } }))).toEqual(['malformed_refusal']);
    expect(check(readAnswer({ decision: false, context: { error: {} } }))).toEqual(['malformed_refusal']);
  });

  it('is counted by its code, and silence apart', () => {
    const history = story();
    const checker = checkerOf(history);
    const asked = answer(history, { sent: 500, revision: '1.10' });
    checker.check({ ...asked, reply: readReply(503, PROBLEM, '{"status":503,"code":"data_stale"}') });
    checker.check({ ...asked, reply: { kind: 'silence', why: 'reset' } });
    expect(checker.tally).toMatchObject({ answers: 0, silences: 1, refusals: { data_stale: 1 } });
  });
});
