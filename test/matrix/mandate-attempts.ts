import type { Attempt, Facts } from './attempt.ts';
import type { Sent } from './exchange.ts';
import { SET } from './register.ts';
import { ADDED, RVO } from './roles.ts';
import { urnOf } from './seeds.ts';
import { hasSet, mandateOf, SUBJECTS, type Subject } from './subjects.ts';
import type { MatrixWorld } from './world.ts';

const UNTIL = '2028-01-01T00:00:00Z';
const VERIFIED = ['terugbellen'];

type Status = Parameters<typeof mandateOf>[1];

/** Acts on one mandate: the operation, its line, the mandate it is done to, and the request. */
interface Deed {
  operation: string;
  line: string;
  to: Status;
  /** What is asked beyond the line: told in the name. */
  how?: string;
  send(id: string, subject: Subject, world: MatrixWorld): Sent;
  /** Tried on the main subjects only. */
  aside?: true;
  only?(subject: Subject): boolean;
  facts?(subject: Subject): Partial<Facts>;
  done?: Attempt['done'];
}

const post = (path: string, body?: unknown, headers?: Record<string, string>): Sent => ({
  method: 'POST',
  path,
  ...(body !== undefined && { body }),
  ...(headers && { headers }),
});
const get = (path: string): Sent => ({ method: 'GET', path });
const match = (id: string, { etag }: MatrixWorld) => ({ 'if-match': `"${etag(id)}"` });
const next = ({ next: key }: Subject, { party }: MatrixWorld) => ({ party: urnOf(party(key)) });
const told = (text: string, of: string): boolean => JSON.parse(text)[of] === true;
const evidence = [{ kind: 'paspoort' }];
const check = (
  act: string,
  line: string,
  to: Status,
  more: (subject: Subject, world: MatrixWorld) => object,
): Deed => ({
  operation: 'checkAct',
  line,
  to,
  how: act,
  aside: true,
  send: (mandate_id, subject, world) => post('/mandates/_check', { act, mandate_id, ...more(subject, world) }),
  // A court may end a mandate and not look at it.
  facts: () => ({ but: ['rechtbank'] }),
  done: ({ text }) => told(text, 'allow'),
});

/** What a ward granted himself rests while he is one, so that it cannot be passed on. */
const restsOn = ({ represented }: Subject) =>
  ['onder-bewind', 'klant', 'curandus'].includes(represented) ? { but: ['helper'] } : {};

const DEEDS: readonly Deed[] = [
  { operation: 'readMandate', line: 'see a mandate', to: 'active', send: (id) => get(`/mandates/${id}`) },
  { operation: 'readMandate', line: 'see a mandate', to: 'requested', send: (id) => get(`/mandates/${id}`) },
  {
    operation: 'readMandateHistory',
    aside: true,
    line: 'see a mandate',
    to: 'active',
    send: (id) => get(`/mandates/${id}/history`),
  },
  {
    operation: 'readMandateUses',
    aside: true,
    line: 'see a mandate',
    to: 'active',
    send: (id) => get(`/mandates/${id}/uses`),
  },
  {
    operation: 'explainMandate',
    aside: true,
    line: 'see a mandate',
    to: 'active',
    send: (id) => get(`/mandates/${id}/explanation`),
    facts: () => ({ but: ['rvo'] }),
  },
  check('mandate.view', 'see a mandate', 'active', () => ({})),
  {
    operation: 'changeMandate',
    line: 'change',
    to: 'active',
    send: (id, _, world) => ({
      method: 'PATCH',
      path: `/mandates/${id}`,
      body: { operations: ['view'] },
      headers: match(id, world),
    }),
  },
  check('mandate.change', 'change', 'active', () => ({ change: { operations: ['view'] } })),
  {
    operation: 'changeMandate',
    line: 'change',
    to: 'active',
    how: 'up to eh4',
    send: (id, _, world) => ({
      method: 'PATCH',
      path: `/mandates/${id}`,
      body: { loa: 'eh4' },
      headers: match(id, world),
    }),
    facts: () => ({ loa: 'eh4' }),
    only: ({ loa }) => loa !== 'eh4',
  },
  {
    operation: 'renewMandate',
    line: 'renew',
    to: 'active',
    send: (id, _, world) =>
      post(`/mandates/${id}/renewals`, { starts: 'now', valid_until: UNTIL, evidence }, match(id, world)),
  },
  check('mandate.renew', 'renew', 'active', () => ({ starts: 'now', valid_until: UNTIL, evidence })),
  {
    operation: 'suspendMandate',
    line: 'suspend',
    to: 'active',
    send: (id) => post(`/mandates/${id}/suspensions`, { reason: 'x', verified_by: VERIFIED }),
  },
  {
    operation: 'suspendMandate',
    line: 'suspend',
    to: 'active',
    how: 'unverified',
    aside: true,
    send: (id) => post(`/mandates/${id}/suspensions`, { reason: 'x' }),
    facts: () => ({ unverified: true }),
  },
  {
    operation: 'suspendMandate',
    line: 'suspend with a deviation',
    to: 'active',
    send: (id) => post(`/mandates/${id}/suspensions`, { reason: 'x', deviation: 'misbruik' }),
    facts: () => ({ unverified: true }),
  },
  check('mandate.suspend', 'suspend', 'active', () => ({ verified_by: VERIFIED })),
  {
    operation: 'reactivateMandate',
    line: 'reactivate',
    to: 'suspended',
    send: (id, _, world) => post(`/mandates/${id}/reactivations`, {}, match(id, world)),
  },
  check('mandate.reactivate', 'reactivate', 'suspended', () => ({})),
  {
    operation: 'revokeMandate',
    line: 'revoke',
    to: 'active',
    send: (id) => post(`/mandates/${id}/revocations`, { reason: 'x', verified_by: VERIFIED }),
  },
  {
    operation: 'revokeMandate',
    line: 'revoke',
    to: 'suspended',
    how: 'unverified',
    aside: true,
    send: (id) => post(`/mandates/${id}/revocations`, { reason: 'x' }),
    facts: () => ({ unverified: true }),
  },
  check('mandate.revoke', 'revoke', 'active', () => ({ verified_by: VERIFIED })),
  {
    operation: 'renounceMandate',
    line: 'lay down',
    to: 'active',
    send: (id) => post(`/mandates/${id}/renunciations`, { reason: 'x' }),
  },
  check('mandate.renounce', 'lay down', 'suspended', () => ({})),
  {
    operation: 'transferMandate',
    line: 'transfer',
    to: 'active',
    send: (id, subject, world) =>
      post(`/mandates/${id}/transfers`, { delegate: next(subject, world), reason: 'x' }, match(id, world)),
  },
  check('mandate.transfer', 'transfer', 'active', (subject, world) => ({ delegate: next(subject, world) })),
  {
    operation: 'passOnMandate',
    line: 'pass on',
    to: 'active',
    send: (id, subject, world) => post(`/mandates/${id}/onward-mandates`, { delegates: [next(subject, world)] }),
    only: ({ kind }) => kind !== 'employee',
    facts: restsOn,
  },
  {
    ...check('mandate.pass_on', 'pass on', 'active', (subject, world) => ({ delegate: next(subject, world) })),
    only: ({ kind }) => kind !== 'employee',
  },
  {
    operation: 'confirmSet',
    line: 'confirm a set',
    to: 'set',
    send: (id, _, world) => post(`/mandates/${id}/set-confirmations`, { set_id: SET, version: 2 }, match(id, world)),
    only: hasSet,
    facts: ({ services }) => ({ services: [...services, ADDED] }),
  },
  {
    operation: 'confirmSet',
    line: 'confirm a set',
    to: 'set',
    how: 'dry run',
    aside: true,
    send: (id, _, world) =>
      post(`/mandates/${id}/set-confirmations`, { set_id: SET, version: 2, dry_run: true }, match(id, world)),
    only: hasSet,
    facts: ({ services }) => ({ services: [...services, ADDED] }),
  },
  {
    operation: 'approveMandateRequest',
    line: 'approve',
    to: 'requested',
    send: (id, _, world) => post(`/mandate-requests/${id}/approvals`, {}, match(id, world)),
  },
  {
    operation: 'rejectMandateRequest',
    line: 'reject',
    to: 'requested',
    send: (id, _, world) => post(`/mandate-requests/${id}/rejections`, { reason: 'x' }, match(id, world)),
  },
  {
    operation: 'withdrawMandateRequest',
    line: 'take back a request',
    to: 'requested',
    send: (id, _, world) => post(`/mandate-requests/${id}/withdrawals`, {}, match(id, world)),
  },
  {
    operation: 'revokeMandates',
    line: 'revoke',
    to: 'active',
    send: (id) => post('/mandates/_revoke', { ids: [id], reason: 'x', verified_by: VERIFIED }),
  },
  {
    operation: 'revokeMandates',
    line: 'lay down',
    to: 'active',
    send: (id) => post('/mandates/_revoke', { ids: [id], reason: 'x', act: 'mandate.renounce', dry_run: true }),
  },
  {
    operation: 'transferMandates',
    line: 'transfer',
    to: 'active',
    send: (id, subject, world) =>
      post('/mandates/_transfer', { ids: [id], reason: 'x', delegate: next(subject, world) }),
  },
];

const terms = (subject: Subject) => ({
  kind: subject.kind,
  services: subject.services,
  operations: 'all',
  branches: subject.branches,
  cases: 'all',
  loa: subject.loa,
  valid_until: UNTIL,
});

/** What begins a mandate between the two ends of a subject, or rather with somebody else as delegate. */
const BEGINNINGS: readonly (Omit<Deed, 'send' | 'to'> & { send(subject: Subject, world: MatrixWorld): Sent })[] = [
  ...[false, true].map((dry_run) => ({
    operation: 'grantMandates',
    line: 'grant',
    ...(dry_run && { how: 'dry run', aside: true as const }),
    send: (subject: Subject, world: MatrixWorld) =>
      post('/mandates', {
        represented: urnOf(world.party(subject.represented)),
        delegates: [next(subject, world)],
        ...terms(subject),
        ...(dry_run && { dry_run }),
      }),
  })),
  {
    operation: 'offerMandate',
    line: 'offer',
    send: (subject, world) =>
      post('/mandate-offers', {
        represented: urnOf(world.party(subject.represented)),
        delegate: next(subject, world),
        ...terms(subject),
      }),
  },
  {
    operation: 'offerMandate',
    line: 'offer',
    how: 'to nobody in particular',
    aside: true,
    // Where several grant together the delegate is named.
    facts: () => ({ but: ['samen-een'] }),
    send: (subject, world) =>
      post('/mandate-offers', { represented: urnOf(world.party(subject.represented)), ...terms(subject) }),
  },
  {
    operation: 'requestMandates',
    line: 'ask',
    send: (subject, world) =>
      post('/mandate-requests', {
        represented: [{ party: urnOf(world.party(subject.represented)) }],
        delegate: urnOf(world.party(subject.delegate)),
        ...terms(subject),
      }),
  },
];

export function factsOf({ represented, delegate, loa, services, branches, domain }: Subject): Facts {
  return { represented, delegate, loa, services, branches, domain, owners: [RVO] };
}

/** On these everything is tried; on the others what tells levels, limits and capacities apart. */
const MAIN = ['molen at eh3', 'citizen', 'zaag'];
const isTriedOn = ({ key }: Subject, { aside }: { aside?: true }) => aside !== true || MAIN.includes(key);
const ALL_LOGINS = ['molen at eh3', 'molen at eh4', 'citizen'];
const breadth = ({ key }: Subject) => ({
  ...(key === 'zaag' && { everybody: true as const }),
  ...(!ALL_LOGINS.includes(key) && { few: true as const }),
});

export const MANDATE_ATTEMPTS: readonly Attempt[] = SUBJECTS.flatMap((subject) => [
  ...DEEDS.filter((deed) => isTriedOn(subject, deed) && (deed.only?.(subject) ?? true)).map(
    ({ operation, line, to, how, send, facts, done }): Attempt => {
      const id = mandateOf(subject, to);
      return {
        name: [operation, how, `(${subject.key}, ${to})`].filter(Boolean).join(' '),
        operation,
        line,
        facts: { ...factsOf(subject), ...facts?.(subject) },
        sight: factsOf(subject),
        send: (world) => send(id, subject, world),
        hides: () => id,
        ...breadth(subject),
        ...(done && { done }),
      };
    },
  ),
  ...BEGINNINGS.filter((deed) => isTriedOn(subject, deed)).map(
    ({ operation, line, how, send, facts }): Attempt => ({
      name: [operation, how, `(${subject.key})`].filter(Boolean).join(' '),
      operation,
      line,
      facts: { ...factsOf(subject), ...facts?.(subject) },
      send: (world) => send(subject, world),
      ...breadth(subject),
    }),
  ),
]);
