-- Mandates that nobody uses are asked about, and end when nobody answers (R81-R83).

/* A set: what one represented has granted to one delegate at eh3 or above, of which nothing was used for 24 months. */
create table reconfirmations (
  reconfirmation_id uuid primary key default gen_random_uuid(),
  represented uuid not null references parties,
  delegate uuid not null references parties,
  mandates uuid[] not null,
  /* A manager who did not use his authority is asked about by whoever represents the party by law (R82). */
  asked_of text not null,
  asked_at timestamptz(3) not null,
  repeated_at timestamptz(3),
  due_at timestamptz(3) not null,
  outcome text,
  settled_at timestamptz(3),
  settled_by uuid references parties,
  constraint asked_of_is_known check (asked_of in ('manager', 'legal_representative')),
  constraint set_is_not_empty check (cardinality(mandates) > 0),
  constraint due_after_asked check (due_at > asked_at),
  constraint outcome_is_known check (outcome in ('confirmed', 'deregistered', 'used', 'unanswered', 'ended')),
  constraint settled_with_an_outcome check ((outcome is null) = (settled_at is null))
);

create unique index one_open_reconfirmation_of_a_set on reconfirmations (represented, delegate, asked_of)
  where settled_at is null;
create index reconfirmations_by_set on reconfirmations (represented, delegate, settled_at);
create index reconfirmations_by_due on reconfirmations (due_at) where settled_at is null;

/* When a mandate last did something: it was used, or granted, or began. */
create function last_activity(m mandates) returns timestamptz language sql stable
  return greatest(m.granted_at, m.valid_from, m.status_since,
    (select max(u.last_used_at) from mandate_uses u where u.mandate_id = m.mandate_id));

create index mandates_that_lapse on mandates (lapses_at) where status in ('requested', 'offered');

/* That somebody was asked is a notice; what became of the question is in the chain. */
create constraint trigger record_change after update on reconfirmations
  deferrable initially deferred for each row execute function record_case('reconfirmation', 'reconfirmation_id');
