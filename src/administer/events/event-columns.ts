/** Of what a change may be, as `changes.entity` names it. */
export const ENTITIES = [
  'mandate',
  'party',
  'alias',
  'branch',
  'service',
  'definition',
  'owner',
  'set',
  'identification',
  'intervention',
  'paper_request',
  'consent',
  'offer',
  'reconfirmation',
] as const;

/**
 * Columns by table that a reader may see. What is not named here stays inside: names and birth dates of persons,
 * sealed identifiers, free texts, evidence.
 */
export const EVENT_COLUMNS: Readonly<Record<string, readonly string[]>> = {
  mandates: [
    ...['mandate_id', 'kind', 'ground', 'status', 'represented', 'represented_kind', 'delegate', 'delegate_kind'],
    ...['services', 'sets', 'owner_id', 'all_services', 'all_operations', 'operations', 'all_branches', 'branches'],
    ...['all_cases', 'cases', 'loa', 'reach', 'substitution', 'derived_from', 'joint_required', 'joint_with'],
    ...['valid_from', 'valid_until', 'lapses_at', 'granted_at', 'granted_under', 'survivor', 'renews', 'channel'],
    ...['follow_up', 'reads_messages'],
  ],
  parties: ['party_id', 'kind'],
  party_states: ['party_id', 'state', 'since', 'until', 'source'],
  aliases: ['party_id', 'scheme', 'public_value', 'means_active', 'means_owner'],
  branches: ['party_id', 'branch', 'name'],
  service_owners: ['owner_id', 'oin', 'name'],
  services: [
    ...['service_uuid', 'name', 'description', 'consequence', 'classification', 'active', 'loa', 'kinds', 'grounds'],
    ...['domain', 'chains', 'branches', 'operations', 'follow_up'],
  ],
  service_instances: [
    ...['service_id', 'service_uuid', 'owner_id', 'active', 'loa', 'kinds', 'grounds', 'chains', 'branches'],
  ],
  portal_services: ['portal', 'sub_service'],
  service_sets: ['set_id', 'name', 'owner_id', 'version'],
  service_set_members: ['set_id', 'service_uuid', 'since_version', 'until_version'],
  service_set_drafts: ['draft_id', 'set_id', 'additions', 'status', 'version'],
  service_set_consents: ['draft_id', 'owner_id'],
  identifications: ['identification_id', 'party_id', 'method', 'loa', 'checked_at', 'valid_until'],
  consents: ['mandate_id', 'party_id', 'consented_at'],
  offers: [
    ...['mandate_id', 'represented', 'offered_by', 'offered_at', 'expires_at', 'ready', 'activated_at', 'withdrawn_at'],
  ],
  reconfirmations: [
    ...['reconfirmation_id', 'represented', 'delegate', 'mandates', 'asked_of', 'asked_at', 'due_at', 'outcome'],
    ...['settled_at'],
  ],
  interventions: [
    ...['intervention_id', 'party_id', 'kind', 'state', 'since', 'source', 'mandates_ended', 'successor', 'ended_at'],
  ],
  paper_requests: [
    ...['paper_request_id', 'kind', 'represented', 'mandates', 'loa', 'received_at', 'due_at', 'outcome'],
    ...['settled_at', 'settled_mandates'],
  ],
};
