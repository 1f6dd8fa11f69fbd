-- What became of a party, as a public organisation, a court or the registrar said, and what ended by it (R84, R113-R116).

create table interventions (
  intervention_id uuid primary key,
  party_id uuid not null references parties,
  kind text not null,
  /* The state that it put the party in; a business that ended has none of its own. */
  state text,
  since timestamptz(3) not null,
  /* The case, ruling or entry on which it rests; with its source it names one intervention on this party. */
  reference filled_text not null,
  source filled_text not null,
  /* Channels over which a court's word was verified (R104). */
  verified_by text[] not null default '{}',
  /* How many mandates ended: revoked, or lapsed where they had not begun. */
  mandates_ended integer not null default 0,
  /* The curator or new owner who was mandated at once (R115). */
  successor uuid references mandates,
  recorded_at timestamptz(3) not null default now(),
  /* From then on the party is no longer in the state. What had ended stays so. */
  ended_at timestamptz(3),
  end_reference filled_text,
  constraint intervention_kind_is_known check (kind in ('bankruptcy', 'wsnp', 'dissolution', 'deregistration', 'death',
    'curatele', 'bewind', 'business_ended')),
  constraint intervention_is_recorded_once unique (party_id, source, reference),
  constraint intervention_ends_after_it_began check (ended_at > since),
  constraint intervention_ends_with_a_reference check ((ended_at is null) = (end_reference is null)),
  constraint intervention_has_finite_moments check (isfinite(since) and (ended_at is null or isfinite(ended_at))),
  constraint channels_are_named check ('' <> all (verified_by))
);

create index interventions_by_party on interventions (party_id, recorded_at);

create trigger row_keeps_its_key before update on interventions for each row
  execute function keep_columns('intervention_id', 'party_id', 'kind', 'state', 'since', 'reference', 'source');
create trigger ended_not_erased before delete on interventions for each row execute function refuse_erasure();
create trigger not_truncated before truncate on interventions execute function refuse_erasure();
create constraint trigger record_change after insert or update on interventions
  deferrable initially deferred for each row execute function record_case('intervention', 'intervention_id');

create function intervention_view(i interventions) returns jsonb language sql stable
  return jsonb_strip_nulls(jsonb_build_object(
    'intervention_id', i.intervention_id, 'party_id', i.party_id, 'kind', i.kind, 'state', i.state,
    'since', utc(i.since), 'reference', i.reference, 'source', i.source,
    'verified_by', case when i.verified_by <> '{}' then to_jsonb(i.verified_by) end,
    'mandates_ended', i.mandates_ended, 'successor', i.successor, 'recorded_at', utc(i.recorded_at),
    'ended_at', utc(i.ended_at), 'end_reference', i.end_reference));
