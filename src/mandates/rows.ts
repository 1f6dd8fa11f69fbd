import { z } from 'zod';
import type { AliasFacts, MandateFacts, NameFacts, PartyFacts, ServiceFacts } from '../domain/facts.ts';

/** Facts come out of this register's own views; the views are tested against `facts.ts`, so only their frame is checked. */
const factsWith = <T>(...required: string[]) =>
  z.custom<T>((value) => isRecord(value) && required.every((name) => name in value), `needs ${required.join(', ')}`);

const caseRow = z.object({
  service_id: z.string(),
  case: z.string(),
  /** What the ServiceID belongs to, as far as the mandate's scope names it: decides which part of the scope covers it. */
  service_uuid: z.string().nullish(),
  owner_id: z.string().nullish(),
  sets: z.array(z.string()).nullish(),
});

/** Rows of the fact views, by entity: what the snapshot yields and what a change carries before and after itself. */
export const factRows = {
  alias: z.object({ alias: z.string(), facts: factsWith<AliasFacts>('party_id') }),
  party: z.object({ party_id: z.string(), facts: factsWith<PartyFacts>('party_id', 'kind', 'states') }),
  names: z.object({ party_id: z.string(), facts: factsWith<NameFacts>() }),
  service: z.object({ service_id: z.string(), facts: factsWith<ServiceFacts>('service_id', 'definition', 'instance') }),
  definition: z.object({ service_uuid: z.string(), instances: z.array(z.string()) }),
  branch: z.object({ party_id: z.string(), branch: z.string() }),
  mandate: z.object({
    mandate_id: z.string(),
    represented: z.string(),
    delegate: z.string(),
    facts: factsWith<Omit<MandateFacts, 'scope'>>('mandate_id', 'kind', 'status', 'operations', 'branches', 'cases'),
    service_uuids: z.array(z.string()),
    sets: z.array(z.object({ set: z.string(), version: z.number() })),
    owner_id: z.string().nullable(),
    all_services: z.boolean(),
    /** null: not limited to cases. */
    cases: z.array(caseRow).nullable(),
    second_link: z.boolean(),
  }),
};

export type Entity = keyof typeof factRows;
export type FactRow<E extends Entity> = z.infer<(typeof factRows)[E]>;
export type MandateRow = FactRow<'mandate'>;
export type CaseRow = z.infer<typeof caseRow>;

export function isEntity(text: string): text is Entity {
  return text in factRows;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
