import { randomUUID } from 'node:crypto';
import { AppError, type Fault } from '../../domain/errors.ts';
import type { PartyId } from '../../domain/facts.ts';
import type { Identifier } from '../../domain/identifier.ts';
import { toAliasRow } from '../../register/alias-row.ts';
import { insertRows } from '../../register/write-rows.ts';
import type { Act, Acting, MandateRow } from '../acting.ts';
import { type Granted, named, newColumns, settleGrant } from '../grants/grant.ts';
import type { Side } from '../grants/sides.ts';
import type { MandateWish } from '../grants/wish.ts';
import { type MeansView, viewMeans } from '../means/view-means.ts';
import { type PersonWish, personFaults, refuse, writePerson } from '../parties/enrol-person.ts';
import { type IdentificationWish, identificationFaults, keepIdentification } from '../parties/identifications.ts';
import { namedParty } from '../parties/named-party.ts';
import { detailsOfOne, type PartyDetails } from '../parties/party-details.ts';
import { personalNumberFaults } from '../parties/personal-number.ts';
import type { PartyRef } from '../party-ref.ts';
import { employerOf } from './employer.ts';

export interface EmployeeWish extends PersonWish {
  employer: PartyRef;
  /** The pseudonym of the login scheme, that nobody here has yet, and how it was established that it is his (R13). */
  means: { identifier: Identifier; evidence: readonly object[] };
  identification: Omit<IdentificationWish, 'checkedBy' | 'reuses' | 'branch'>;
  /** What he may do from now on. */
  mandate?: Omit<MandateWish, 'kind' | 'ground'>;
}

export interface Enrolled extends Partial<Granted> {
  employee: PartyDetails;
  means: MeansView;
}

/**
 * An employer makes an employee known whom the register does not know, with the means that it issued to him, and may
 * give him a mandate at once (R57, R71, R92, R138). He is always somebody new: never is a means, or a number, tied to a
 * person who is there, for whoever holds it could do all that he may do.
 * @throws AppError `act_refused` | `invalid_request` | `conflict` when the means is somebody's
 */
export async function enrolEmployee(acting: Acting, wish: EmployeeWish): Promise<Enrolled> {
  const { client, keys } = acting;
  const employer = await employerOf(acting, await namedParty(acting, wish.employer, '/employer'));
  const enrol: Act = { name: 'employee.enrol', party: employer.partyId, identified_at: wish.identification.loa };
  await acting.authorise(enrol);
  const [faults, beyond] = [faultsOf(acting, wish), [] as Fault[]];
  const columns = wish.mandate && (await newColumns(acting, { ...wish.mandate, kind: 'employee' }, employer, beyond));
  faults.push(...beyond.map(({ at, message }) => ({ at: `/mandate${at}`, message })));
  refuse(faults);
  await refuseTaken(acting, wish.means.identifier);
  const employee: Side = { partyId: randomUUID(), kind: 'person', name: wish.name };
  // As yet nobody could act as him, so that he may be there before the rules are asked what he is granted.
  await writePerson(acting, employee.partyId, wish);
  const rows = columns ? await named(acting, employer, [employee], columns) : [];
  const granting = rows.map((mandate: MandateRow) => ({ name: 'mandate.grant', mandate }) as const);
  const [, ...verdicts] = await acting.authorise(enrol, ...granting);
  await writeMeans(acting, employee.partyId, employer.partyId, wish.means);
  const seen = { ...wish.identification, checkedBy: `employer ${employer.partyId}` };
  await keepIdentification(acting, { party_id: employee.partyId, kind: 'person' }, seen, employer.partyId);
  const granted = columns && (await settleGrant(acting, rows, verdicts, false));
  await client.query('set constraints all immediate');
  const means = await viewMeans(acting, keys.alias(wish.means.identifier));
  return { employee: await detailsOfOne(client, employee.partyId), means, ...granted };
}

function faultsOf(acting: Acting, wish: EmployeeWish): Fault[] {
  const { identifier, evidence } = wish.means;
  const references = evidence.map((one, i) => ({
    at: `/means/evidence/${i}/reference`,
    text: 'reference' in one ? String(one.reference) : undefined,
  }));
  const identified = identificationFaults(acting, { ...wish.identification, checkedBy: 'employer' });
  return [
    ...personFaults(acting, wish),
    ...personalNumberFaults(references),
    ...identified.map(({ at, message }) => ({ at: `/identification${at}`, message })),
    ...(identifier.scheme === 'pseudonym' ? [] : [{ at: '/means/identifier', message: 'must be a pseudonym' }]),
  ];
}

/** Who holds it is not told. */
async function refuseTaken(acting: Acting, identifier: Identifier): Promise<void> {
  if ((await acting.find(identifier)) === undefined) return;
  throw new AppError('conflict', 'this means is known already', {
    faults: [{ at: '/means/identifier', message: 'is known already: grant him a mandate by it, with POST /mandates' }],
  });
}

async function writeMeans(
  { client, keys, now }: Acting,
  person: PartyId,
  owner: PartyId,
  { identifier, evidence }: EmployeeWish['means'],
): Promise<void> {
  const alias = toAliasRow(identifier, { partyId: person, kind: 'person' }, keys);
  await insertRows(client, 'aliases', [{ ...alias, means_active: true, means_owner: owner }]);
  await insertRows(client, 'means_evidence', [{ alias: `\\x${keys.alias(identifier)}`, evidence, registered_at: now }]);
}
