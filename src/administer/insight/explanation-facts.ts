import type { Ground, MandateKind, MandateStatus, PartyKind } from '../../domain/facts.ts';
import type { Acting } from '../acting.ts';

interface PartyName {
  kind: PartyKind;
  name: string;
}

/** What the explanation of a mandate is made of: its view, and the words of the catalogue. */
export interface ExplanationFacts {
  name: string;
  kind: MandateKind;
  ground?: Ground;
  status: MandateStatus;
  status_since: string;
  represented: PartyName;
  delegate: PartyName;
  all_services: boolean;
  owner?: { name: string };
  sets: { name: string }[];
  operations: 'all' | string[];
  branches: 'all' | string[];
  /** Names of the branches above, where they have one. */
  branch_names: Record<string, string>;
  cases: 'all' | string[];
  loa: string;
  reach?: 'own' | 'clients' | 'both';
  substitution: boolean;
  derived_from?: string;
  joint?: { required: number; with: PartyName[] };
  valid_from: string;
  valid_until?: string;
  follow_up?: 'delegate' | 'represented' | 'both';
  reads_messages: boolean;
  survivor: boolean;
  /** Every service that it covers by name or by a set, in the words of its owner. */
  covered: { name: string; description: string; consequence: string }[];
}

export async function readExplanationFacts(
  { client }: Acting,
  mandateId: string,
): Promise<ExplanationFacts | undefined> {
  // The view and the two lists are made right here, in the shape above.
  const { rows } = await client.query<{ facts: ExplanationFacts }>(
    `select mandate_view(m) || jsonb_build_object(
       'branch_names', coalesce((select jsonb_object_agg(b.branch, b.name) from branches b
         where b.branch = any (m.branches) and b.name is not null), '{}'),
       'covered', coalesce((select jsonb_agg(jsonb_build_object(
           'name', s.name, 'description', s.description, 'consequence', s.consequence) order by s.name, s.service_uuid)
         from (select distinct (one ->> 'service_uuid')::uuid as service_uuid
             from jsonb_array_elements(act_services(m)) as one) as named
           join services s using (service_uuid)
         where s.active), '[]')) as facts
     from mandates m where m.mandate_id = $1`,
    [mandateId],
  );
  return rows[0]?.facts;
}
