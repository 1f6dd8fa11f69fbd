import { AppError, type Fault } from '../../domain/errors.ts';
import type { Loa, PartyId } from '../../domain/facts.ts';
import type { Acting, MandateRow } from '../acting.ts';
import { grantorOf, newRow } from '../grants/rows.ts';
import { readSides } from '../grants/sides.ts';
import { type PartyRef, partyOf } from '../party-ref.ts';
import type { Effect } from './effects.ts';

/** Who represents the party from then on: by law (curator, liquidator), or as a public organisation appoints (R115, R116). */
export interface SuccessorWish {
  as: 'legal_representative' | 'appointed';
  delegate: PartyRef;
  name?: string;
  loa?: Loa;
  /** Appointed only: what for; of a service owner its own services. */
  services?: readonly string[];
  /** Appointed only: the public organisation that appoints, where a court or the registrar calls for it. */
  grantedBy?: PartyRef;
  /** Appointed: required. By law: without it, until the ground ends. */
  validUntil?: Date;
  evidence: readonly { kind: string; reference?: string; checked_at?: string }[];
}

/**
 * The mandate of whoever takes over, not yet written.
 * @throws AppError `invalid_request` with all faults
 */
export async function successorRow(
  acting: Acting,
  about: { party: PartyId; effect: Effect; since: Date },
  wish: SuccessorWish,
): Promise<MandateRow> {
  const faults = formFaults(wish, about.effect);
  const delegate = await partyOf(acting, wish.delegate, '/successor/delegate');
  const [represented, other] = await readSides(acting, [about.party, delegate]);
  // A service owner appoints as itself, whomever it names.
  const isOwner = acting.session.system?.role === 'service_owner';
  if (isOwner && wish.grantedBy) {
    faults.push({ at: '/successor/granted_by', message: 'is whoever calls: leave it out' });
  }
  const grantedBy =
    wish.grantedBy && !isOwner
      ? await partyOf(acting, wish.grantedBy, '/successor/granted_by')
      : await grantorOf(acting, 'statutory');
  if (wish.as === 'appointed' && grantedBy === null) {
    faults.push({ at: '/successor/granted_by', message: 'is missing: name the public organisation that appoints' });
  }
  if (delegate === about.party) faults.push({ at: '/successor/delegate', message: 'is the party itself' });
  if (faults.length > 0) throw new AppError('invalid_request', 'nobody can take over so', { faults });
  if (!represented || !other) throw new AppError('internal', 'a party that was locked is gone');
  return newRow(represented, other, {
    name: wish.name ?? `${other.name} handelt voor ${represented.name}`,
    status: 'active',
    status_since: acting.now.toISOString(),
    status_cause: null,
    ...(wish.as === 'appointed' ? appointedColumns(acting, wish) : statutoryColumns(about)),
    all_operations: true,
    operations: [],
    all_branches: true,
    branches: [],
    all_cases: true,
    cases: [],
    loa: wish.loa ?? 'eh3',
    valid_until: wish.validUntil?.toISOString() ?? null,
    granted_by: grantedBy,
    granted_at: acting.now.toISOString(),
    evidence: wish.evidence,
  });
}

function formFaults(wish: SuccessorWish, { ground }: Effect): Fault[] {
  const faults: Fault[] = [];
  const fault = (name: string, message: string) => faults.push({ at: `/successor/${name}`, message });
  if (wish.as === 'appointed') {
    if (!wish.services?.length) fault('services', 'is missing: an appointment is for named services');
    if (wish.validUntil === undefined) fault('valid_until', 'is missing: only what the law gives is open-ended');
  } else {
    if (ground === undefined) fault('as', 'nobody represents the party by law after this');
    if (wish.services !== undefined) fault('services', 'the law does not name services');
    if (wish.evidence.length === 0) fault('evidence', 'is missing: name the ruling');
  }
  return faults;
}

function appointedColumns({ now }: Acting, { services }: SuccessorWish) {
  return { kind: 'appointed', services: services ?? [], valid_from: now.toISOString() };
}

function statutoryColumns({ effect, since }: { effect: Effect; since: Date }) {
  return { kind: 'statutory', ground: effect.ground ?? null, all_services: true, valid_from: since.toISOString() };
}
