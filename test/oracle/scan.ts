import type { MandateFacts, PartyFacts, PartyId, Scope, ServiceFacts } from '../../src/domain/facts.ts';
import type { MandateRow, Register } from './register.ts';

/** A mandate found between two parties for one service. */
export interface Link {
  facts: MandateFacts;
  /** Onward mandates: what they hang on, as far as it was found. */
  parent?: { facts?: MandateFacts; delegate?: PartyFacts };
}

/** What mandates are looked for: one service, and at most one case (`ServiceID#case id`). */
export interface Sought {
  service: ServiceFacts;
  found?: string;
}

const KEPT = new Set(['requested', 'offered', 'active', 'suspended', 'revoked']);

/** Every mandate from one party to another that names the service (and the case, if it is limited to cases). */
export function linksBetween(register: Register, from: PartyId, to: PartyId, sought: Sought): Link[] {
  const rows = register.mandates.filter((row) => row.represented === from && row.delegate === to);
  return rows.flatMap((row) =>
    scopes(row, sought).flatMap((scope) =>
      parentsOf(register, row, sought).map(
        (parent): Link => ({ facts: { ...row.facts, scope }, ...(parent && { parent }) }),
      ),
    ),
  );
}

/** Organisations for which the actor may be the second link of a chain, whatever became of those mandates. */
export function linkedOrganisations(register: Register, actor: PartyId): PartyId[] {
  const organisations = register.mandates
    .filter((row) => row.delegate === actor && KEPT.has(row.facts.status) && isSecondLink(row.facts))
    .map((row) => row.represented);
  return [...new Set(organisations)];
}

/** Employees who work for clients, and whoever is signatory or owner of the intermediary. */
export function isSecondLink({ kind, reach, ground }: Omit<MandateFacts, 'scope'>): boolean {
  if (kind === 'employee') return reach === 'clients' || reach === 'both';
  return kind === 'statutory' && (ground === 'signatory' || ground === 'owner');
}

function scopes(row: MandateRow, { service, found: asked }: Sought): Scope[] {
  if (!KEPT.has(row.facts.status)) return [];
  const found: Scope[] = [];
  if (row.services.includes(service.service_uuid)) found.push({ by: 'service' });
  for (const { set, version } of row.sets) {
    if (service.sets[set] !== undefined) found.push({ by: 'set', set, version });
  }
  if (row.owner === service.owner) found.push({ by: 'owner' });
  if (row.everything) found.push({ by: 'everything' });
  if (row.facts.cases === 'all') return found;
  return asked !== undefined && row.facts.cases.includes(asked) ? found.slice(0, 1) : [];
}

/** What the row hangs on, once for each part of the parent's scope that covers the service. */
function parentsOf(register: Register, row: MandateRow, sought: Sought): Link['parent'][] {
  const from = row.facts.derived_from;
  if (from === undefined) return [undefined];
  const parent = register.mandates.find((one) => one.facts.mandate_id === from.mandate_id);
  const delegate = register.parties.get(from.delegate);
  const fits = parent?.represented === row.represented && parent.delegate === from.delegate;
  const found = parent && fits ? scopes(parent, sought).map((scope) => ({ ...parent.facts, scope })) : [];
  const known = delegate && { delegate };
  return found.length === 0 ? [{ ...known }] : found.map((facts) => ({ facts, ...known }));
}
