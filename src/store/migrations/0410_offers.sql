-- What waits for a code or an answer: offers with an activation code, tries of codes, approval within what was asked.

/*
 * An offer names its delegate, and then its mandate stands in the register as `offered`; or it does not, and then what
 * is offered lies here until somebody activates it with the code (R67, R68). Of the code only a hash is kept, and the
 * part by which its offer is found.
 */
create table offers (
  mandate_id uuid primary key,
  represented uuid not null references parties,
  draft jsonb,
  /* Whose date of birth and number go with the code. */
  offered_by uuid not null references parties,
  offered_at timestamptz(3) not null,
  selector text not null,
  salt bytea not null,
  hash bytea not null,
  tries integer not null default 0,
  expires_at timestamptz(3) not null,
  /* How many codes it has had: a new one is a change. */
  codes integer not null default 1,
  /* Co-grantors have agreed, where the grantor's rules ask for several (R51). */
  ready boolean not null default true,
  activated_at timestamptz(3),
  withdrawn_at timestamptz(3),
  constraint selector_has_its_form check (selector ~ '^[0-9A-HJKMNP-TV-Z]{5}$'),
  constraint offer_expires_after_it_was_made check (expires_at > offered_at),
  constraint offer_ends_once check (activated_at is null or withdrawn_at is null),
  constraint tries_are_counted check (tries between 0 and 5)
);

create unique index open_offer_has_its_selector on offers (selector) where activated_at is null and withdrawn_at is null;
create index offers_by_represented on offers (represented, offered_at);

/* How often somebody, or everybody together, tried codes within an hour; tidied with age. */
create table code_tries (
  subject text not null,
  since timestamptz(3) not null,
  tries integer not null,
  primary key (subject, since)
);

/* What becomes of a party ends what was offered in its name or by it, as it ends mandates (R84, R113). */
create function withdraw_offers() returns trigger language plpgsql as $$
begin
  update offers set withdrawn_at = greatest(now(), offered_at)
  where new.party_id in (represented, offered_by) and activated_at is null and withdrawn_at is null;
  return null;
end $$;

create trigger state_ends_offers after insert on party_states for each row execute function withdraw_offers();

/* In what an approval goes beyond what was asked (R64): whoever approves may narrow it, never widen it. Null: nothing. */
create function beyond_what_was_asked(approved mandates, asked mandates) returns text language plpgsql stable as $$
declare
  part mandates := approved;
  whole mandates := asked;
begin
  if approved.substitution and not asked.substitution then
    return 'it may be passed on, which was not asked';
  end if;
  -- What was asked bounds what is approved as a parent bounds what is passed on from it.
  whole.substitution := true;
  whole.derived_from := null;
  whole.delegate := asked.represented;
  whole.granted_under := null;
  part.granted_under := null;
  return replace(misfit_with_parent(part, whole), 'its parent', 'what was asked');
end $$;
