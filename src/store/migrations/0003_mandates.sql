-- Mandates: one row is the whole mandate. What can never be right is refused here, whoever writes.

create function ends_within_five_years(valid_from timestamptz, valid_until timestamptz) returns boolean
  language sql immutable strict parallel safe
  return (valid_until at time zone 'Europe/Amsterdam') <= (valid_from at time zone 'Europe/Amsterdam') + interval '5 years';

create function names_a_set_twice(sets jsonb) returns boolean language sql immutable strict parallel safe
  return (select count(*) <> count(distinct item ->> 'set') from jsonb_array_elements(sets) as item);

create function is_set_scope(sets jsonb) returns boolean language sql immutable parallel safe
  return jsonb_typeof(sets) = 'array'
    and not sets @? '$[*] ? (!(exists(@.version ? (@ >= 1 && @.floor() == @))
      && exists(@.set ? (@ like_regex "^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$"))))'
    and (jsonb_array_length(sets) < 2 or not names_a_set_twice(sets));

create function is_evidence(evidence jsonb) returns boolean language sql immutable strict parallel safe
  return jsonb_typeof(evidence) = 'array'
    and not exists (select from jsonb_array_elements(evidence) as item
      where not coalesce(jsonb_typeof(item) = 'object' and item ->> 'kind' <> '', false));

create function is_final(status text) returns boolean language sql immutable strict parallel safe
  return status in ('revoked', 'rejected', 'withdrawn', 'lapsed');

create table mandates (
  mandate_id uuid primary key,
  name filled_text not null,
  kind text not null,
  ground text,
  represented uuid not null,
  represented_kind party_kind not null,
  delegate uuid not null,
  delegate_kind party_kind not null,
  /* The delegate's own branch (R34): recorded, never evaluated. */
  delegate_branch branch_number,
  status text not null default 'active',
  status_since timestamptz(3) not null default now(),
  status_cause text,
  services uuid[] not null default '{}',
  /* [{"set": uuid, "version": the version that the grantor confirmed}] */
  sets jsonb not null default '[]',
  owner_id uuid references service_owners,
  all_services boolean not null default false,
  all_operations boolean not null default false,
  operations text[] not null default '{}',
  all_branches boolean not null default false,
  branches text[] not null default '{}',
  all_cases boolean not null default false,
  /* A case is (ServiceID, case id), written "ServiceID#case id". */
  cases text[] not null default '{}',
  loa loa not null,
  reach text,
  substitution boolean not null default false,
  derived_from uuid references mandates,
  /* Delegate of the mandate it derives from; filled in by a trigger, and as unchanging as that delegate. */
  parent_delegate uuid,
  joint_required integer,
  joint_with uuid[] not null default '{}',
  valid_from timestamptz(3) not null,
  valid_until timestamptz(3),
  granted_by uuid references parties,
  granted_at timestamptz(3) not null,
  granted_under text,
  survivor boolean not null default false,
  renews uuid references mandates,
  evidence jsonb not null default '[]',
  channel text not null,
  source filled_text not null,
  follow_up text,
  reads_messages boolean not null default false,

  foreign key (represented, represented_kind) references parties (party_id, kind),
  foreign key (delegate, delegate_kind) references parties (party_id, kind),
  constraint kind_is_known check (kind in ('employee', 'business', 'voluntary', 'statutory', 'appointed')),
  constraint ground_is_known check (ground in ('signatory', 'owner', 'parental_authority', 'curatele', 'bewind',
    'mentorschap', 'bankruptcy_curator', 'liquidator')),
  constraint status_is_known check (status in ('requested', 'offered', 'active', 'suspended', 'revoked', 'rejected',
    'withdrawn', 'lapsed')),
  constraint channel_is_known check (channel in ('digital', 'paper')),
  constraint follow_up_is_known check (follow_up in ('delegate', 'represented', 'both')),
  constraint granted_under_is_known check (granted_under in ('bankruptcy_curator', 'liquidator', 'appointed')),

  constraint two_different_ends check (represented <> delegate),
  constraint ground_is_of_a_statutory_mandate check ((ground is not null) = (kind = 'statutory')),
  constraint ends_fit_the_kind check (coalesce(case kind
    when 'employee' then represented_kind = 'organisation' and delegate_kind = 'person'
    when 'business' then represented_kind = 'organisation' and delegate_kind = 'organisation'
    when 'voluntary' then represented_kind = 'person'
    when 'appointed' then true
    when 'statutory' then case ground
      when 'signatory' then represented_kind = 'organisation'
      when 'owner' then represented_kind = 'organisation' and delegate_kind = 'person'
      when 'parental_authority' then represented_kind = 'person' and delegate_kind = 'person'
      when 'curatele' then represented_kind = 'person'
      when 'bewind' then represented_kind = 'person'
      when 'mentorschap' then represented_kind = 'person'
      when 'bankruptcy_curator' then true
      when 'liquidator' then represented_kind = 'organisation' end
    end, false)),
  constraint delegate_branch_is_of_an_organisation check (delegate_branch is null or delegate_kind = 'organisation'),

  constraint moments_are_finite check (
    isfinite(valid_from) and isfinite(granted_at) and (valid_until is null or isfinite(valid_until))),
  constraint ends_after_it_begins check (valid_until > valid_from),
  constraint only_statutory_is_open_ended check (valid_until is not null or kind = 'statutory'),
  constraint lasts_five_years_at_most check (kind = 'statutory' or ends_within_five_years(valid_from, valid_until)),

  constraint covers_something check (all_services or owner_id is not null or cardinality(services) > 0 or sets <> '[]'),
  constraint all_services_stands_alone check (
    not all_services or (owner_id is null and cardinality(services) = 0 and sets = '[]')),
  constraint all_services_not_for_voluntary check (not all_services or kind <> 'voluntary'),
  constraint services_named_once check (
    case cardinality(services) when 0 then true when 1 then true when 2 then services[1] <> services[2]
      else not has_doubles(services) end),
  constraint sets_have_their_form check (sets = '[]' or is_set_scope(sets)),
  constraint operations_all_or_named check (all_operations = (cardinality(operations) = 0)),
  constraint operations_named_once check (
    cardinality(operations) = 0 or ('' <> all (operations) and not has_doubles(operations))),
  constraint branches_all_or_named check (all_branches = (cardinality(branches) = 0)),
  constraint branches_named_once check (cardinality(branches) < 2 or not has_doubles(branches)),
  constraint branches_are_of_an_organisation check (all_branches or represented_kind = 'organisation'),
  constraint cases_all_or_named check (all_cases = (cardinality(cases) = 0)),
  constraint cases_named_once check (cardinality(cases) < 2 or not has_doubles(cases)),

  constraint reach_is_of_an_employee check ((reach is not null) = (kind = 'employee')),
  constraint reach_is_known check (reach in ('own', 'clients', 'both')),
  constraint reach_to_clients_has_all_branches check (reach is null or reach = 'own' or all_branches),
  constraint survivor_is_voluntary_or_appointed check (not survivor or kind in ('voluntary', 'appointed')),
  constraint granted_under_is_not_statutory check (granted_under is null or kind <> 'statutory'),
  constraint joint_authority_is_whole check ((joint_required is not null) = (cardinality(joint_with) > 0)),
  constraint joint_numbers_fit check (
    joint_required is null or (joint_required >= 2 and joint_required <= cardinality(joint_with) + 1)),
  constraint joint_holders_are_others check (delegate <> all (joint_with) and represented <> all (joint_with)),
  constraint joint_holders_named_once check (cardinality(joint_with) < 2 or not has_doubles(joint_with)),
  constraint joint_holders_are_persons check (joint_required is null or delegate_kind = 'person'),
  constraint derived_has_a_parent_delegate check ((derived_from is null) = (parent_delegate is null)),
  constraint derived_from_another check (derived_from <> mandate_id),
  constraint derived_passes_nothing_on check (derived_from is null or not substitution),
  constraint renews_another check (renews <> mandate_id),
  constraint grantor_is_known check (granted_by is not null or kind = 'statutory' or status = 'requested'
    or is_final(status)),
  constraint evidence_has_its_form check (evidence = '[]' or is_evidence(evidence)),
  constraint paper_needs_evidence check (channel = 'digital' or evidence @? '$[*].checked_at'),
  constraint paper_at_eh2_checks_the_document check (channel = 'digital' or loa <> 'eh2'
    or evidence @> '[{"kind": "lost_document_register"}]' or evidence @> '[{"kind": "bank_transfer"}]')
);

create index mandates_by_represented on mandates (represented, delegate);
create index mandates_by_delegate on mandates (delegate);
create index mandates_by_joint on mandates (represented) where joint_required is not null;
create index mandates_by_parent on mandates (derived_from) where derived_from is not null;

/* For whose affairs a mandate serves; who is no employee serves the represented's own, an owner or signatory both. */
create function serves_own(m mandates) returns boolean language sql immutable
  return coalesce(m.reach <> 'clients', true);
create function serves_clients(m mandates) returns boolean language sql immutable
  return coalesce(m.reach in ('clients', 'both') or m.ground in ('signatory', 'owner'), false);

/*
 * Whether any who suffice for the child, beside its delegate, would suffice for the parent beside its own: as many of
 * the parent's co-holders must be among them, whichever others the child lets in.
 */
create function asks_as_many(child mandates, parent mandates) returns boolean language sql immutable
  return parent.joint_required is null or coalesce(child.joint_required - (
    select count(*) from unnest(child.joint_with) as one where one <> all (parent.joint_with)) >= parent.joint_required, false);

/* Whether an onward mandate stays within what its parent may pass on; the sentence says what does not fit. */
create function misfit_with_parent(child mandates, parent mandates) returns text language sql stable as $$
  select case
    when not parent.substitution then 'its parent may not be passed on'
    when parent.derived_from is not null then 'its parent was itself passed on'
    when child.represented <> parent.represented then 'it represents another party than its parent'
    when child.delegate = parent.delegate then 'it has the same delegate as its parent'
    when child.kind = 'statutory' then 'what the law gives is not passed on as such'
    when child.kind = 'appointed' and parent.kind <> 'appointed' then 'it is of another kind than its parent'
    when serves_own(child) and not serves_own(parent) or serves_clients(child) and not serves_clients(parent)
      then 'its reach is beyond that of its parent'
    when not asks_as_many(child, parent) then 'its parent asks more holders to act together'
    when child.survivor and not parent.survivor then 'it outlives the represented and its parent does not'
    when child.granted_under is distinct from parent.granted_under and child.granted_under is not null
      and child.granted_under is distinct from parent.ground and child.granted_under is distinct from parent.kind
      then 'it was granted under an authority that its parent has not'
    when child.reads_messages and not parent.reads_messages then 'it reads messages and its parent does not'
    when child.follow_up is distinct from parent.follow_up and child.follow_up is distinct from 'represented'
      then 'its messages go elsewhere than those of its parent'
    when child.valid_from < parent.valid_from then 'it begins before its parent'
    when parent.valid_until is not null and coalesce(child.valid_until > parent.valid_until, true)
      then 'it ends after its parent'
    when loa_rank(child.loa) > loa_rank(parent.loa) then 'its level is above that of its parent'
    when not parent.all_operations and (child.all_operations or not child.operations <@ parent.operations)
      then 'it has operations that its parent has not'
    when not parent.all_branches and (child.all_branches or not child.branches <@ parent.branches)
      then 'it has branches that its parent has not'
    when not parent.all_cases and (child.all_cases or not child.cases <@ parent.cases)
      then 'it has cases that its parent has not'
    when parent.all_services then null
    when child.all_services or coalesce(child.owner_id <> parent.owner_id, child.owner_id is not null)
      or exists (select from jsonb_array_elements(child.sets) as c where not exists (
        select from jsonb_array_elements(parent.sets) as p
        where p ->> 'set' = c ->> 'set' and (c ->> 'version')::integer <= (p ->> 'version')::integer))
      or exists (select from unnest(child.services) as s where s <> all (parent.services)
        and not coalesce((select bool_and(i.owner_id = parent.owner_id) from service_instances i where i.service_uuid = s), false)
        and not exists (select from jsonb_array_elements(parent.sets) as p join service_set_members m
          on m.set_id = (p ->> 'set')::uuid and m.service_uuid = s and m.since_version <= (p ->> 'version')::integer))
      then 'it covers services that its parent does not'
  end
$$;

/* Sets of a mandate that cover a service; rests on rows that are never erased, so that it stays the same. */
create function sets_covering(m mandates, service uuid) returns uuid[] language sql stable as $$
  select array(
    select (s ->> 'set')::uuid from jsonb_array_elements(m.sets) as s
    where exists (select from service_set_members x where x.set_id = (s ->> 'set')::uuid
      and x.service_uuid = service and x.since_version <= (s ->> 'version')::integer)
    order by 1)
$$;

/* What a mandate refers to must exist. Raises, or returns nothing. */
create function check_references(m mandates) returns void language plpgsql stable as $$
declare
  wrong text;
begin
  if cardinality(m.services) > 0 then
    select s::text into wrong from unnest(m.services) as s
    where not exists (select from services where service_uuid = s) limit 1;
    if wrong is not null then
      perform refuse('service_exists', format('mandate %s names service %s, which does not exist', m.mandate_id, wrong));
    end if;
  end if;
  if m.sets <> '[]' and is_set_scope(m.sets) then
    select s ->> 'set' into wrong from jsonb_array_elements(m.sets) as s where not exists (
      select from service_sets where set_id = (s ->> 'set')::uuid and version >= (s ->> 'version')::integer) limit 1;
    if wrong is not null then
      perform refuse('set_exists', format('mandate %s names set %s, which has no such version', m.mandate_id, wrong));
    end if;
  end if;
  if not m.all_branches then
    select b into wrong from unnest(m.branches) as b
    where not exists (select from branches where branch = b and party_id = m.represented)
      and not exists (select from aliases where party_id = m.represented and scheme = 'kvk' and '0000' || public_value = b)
    limit 1;
    if wrong is not null then
      perform refuse('branch_is_of_the_represented',
        format('mandate %s names branch %s, which is not one of the represented', m.mandate_id, wrong));
    end if;
  end if;
  if not m.all_cases then
    select c into wrong from unnest(m.cases) as c where not exists (
      select from service_instances i where i.service_id = split_part(c, '#', 1) and strpos(c, '#') > 0
        and length(c) - strpos(c, '#') between 1 and 256
        and (m.all_services or i.owner_id = m.owner_id or i.service_uuid = any (m.services)
          or sets_covering(m, i.service_uuid) <> '{}')) limit 1;
    if wrong is not null then
      perform refuse('case_is_of_a_covered_service',
        format('mandate %s names case %s, of no service that it covers', m.mandate_id, wrong));
    end if;
  end if;
  if m.joint_required is not null and cardinality(m.joint_with) <>
    (select count(*) from parties where party_id = any (m.joint_with) and kind = 'person') then
    perform refuse('joint_holders_exist', format('mandate %s names a joint holder who is no known person', m.mandate_id));
  end if;
end $$;

/* Locks the parent, so that it cannot be revoked between this look and the commit. */
create function check_parent(m mandates) returns void language plpgsql as $$
declare
  parent mandates;
  misfit text;
begin
  select * into parent from mandates where mandate_id = m.derived_from for share;
  misfit := misfit_with_parent(m, parent);
  if misfit is null and is_final(parent.status) and not is_final(m.status) then
    misfit := 'its parent has been ' || parent.status;
  end if;
  if misfit is not null then
    perform refuse('derived_fits_its_parent', format('mandate %s: %s', m.mandate_id, misfit));
  end if;
end $$;

create function before_mandate_insert() returns trigger language plpgsql as $$
begin
  new.parent_delegate := null;
  if new.derived_from is not null then
    select delegate into new.parent_delegate from mandates where mandate_id = new.derived_from;
    if new.parent_delegate is null then
      perform refuse('parent_exists', format('mandate %s derives from one that does not exist', new.mandate_id));
    end if;
    perform check_parent(new);
  end if;
  perform check_references(new);
  return new;
end $$;

create trigger mandate_is_right before insert on mandates for each row execute function before_mandate_insert();

create function is_status_step(old_status text, new_status text) returns boolean language sql immutable as $$
  select case old_status
    when 'requested' then new_status in ('offered', 'active', 'rejected', 'withdrawn', 'lapsed')
    when 'offered' then new_status in ('active', 'rejected', 'withdrawn', 'lapsed')
    when 'active' then new_status in ('suspended', 'revoked')
    when 'suspended' then new_status in ('active', 'revoked')
    else false end
$$;

create function without_status(m mandates) returns jsonb language sql stable
  return to_jsonb(m) - array['status', 'status_since', 'status_cause'];

create function before_mandate_update() returns trigger language plpgsql as $$
begin
  if is_final(old.status) and new is distinct from old then
    perform refuse('final_is_final', format('mandate %s has been %s; make a new one', old.mandate_id, old.status));
  end if;
  if (new.mandate_id, new.kind, new.ground, new.represented, new.delegate, new.derived_from, new.parent_delegate)
    is distinct from
     (old.mandate_id, old.kind, old.ground, old.represented, old.delegate, old.derived_from, old.parent_delegate) then
    perform refuse('mandate_keeps_its_identity',
      format('mandate %s cannot change its id, ends, kind, ground or parent; make a new one', old.mandate_id));
  end if;
  if new.valid_from <> old.valid_from and old.status in ('active', 'suspended') and old.valid_from <= now() then
    perform refuse('begun_is_begun', format('mandate %s has begun; a renewal is a new mandate', old.mandate_id));
  end if;
  if new.status <> old.status then
    if not is_status_step(old.status, new.status) then
      perform refuse('status_step_is_allowed',
        format('mandate %s cannot go from %s to %s', old.mandate_id, old.status, new.status));
    end if;
    new.status_since := now();
  end if;
  -- Ending a mandate must always be possible, whatever has become of what it names.
  if without_status(new) <> without_status(old) then
    perform check_references(new);
    if new.derived_from is not null then
      perform check_parent(new);
    end if;
  end if;
  return new;
end $$;

create trigger mandate_stays_right before update on mandates for each row execute function before_mandate_update();

/* Revocation reaches what was passed on, in the same transaction (R50). */
create function revoke_onward() returns trigger language plpgsql as $$
begin
  update mandates
  set status = case when status in ('active', 'suspended') then 'revoked' else 'lapsed' end,
      status_cause = format('parent %s revoked', new.mandate_id)
  where derived_from = new.mandate_id and not is_final(status);
  return null;
end $$;

create trigger revocation_reaches_onward after update of status on mandates for each row
  when (new.status = 'revoked' and old.status <> 'revoked') execute function revoke_onward();

/*
 * A co-holder whose own authority stops must not go on counting for the others: their mandates rest until somebody has
 * looked (R51). Nobody is taken out of a mandate silently.
 */
create function suspend_joint() returns trigger language plpgsql as $$
begin
  update mandates
  set status = 'suspended', status_cause = format('joint holder of %s %s', new.mandate_id, new.status)
  where represented = new.represented and joint_required is not null and new.delegate = any (joint_with)
    and status = 'active' and mandate_id <> new.mandate_id;
  return null;
end $$;

create trigger joint_holder_stops after update of status on mandates for each row
  when (new.status in ('suspended', 'revoked') and old.status <> new.status
    and (new.joint_required is not null or new.ground in ('signatory', 'owner'))) execute function suspend_joint();

create function check_onward() returns trigger language plpgsql as $$
declare
  misfit text;
begin
  -- Stopping a mandate must always be possible, whatever has become of the catalogue since.
  if without_status(new) = without_status(old) then
    return null;
  end if;
  select format('onward mandate %s: %s', child.mandate_id, misfit_with_parent(child, parent)) into misfit
  from mandates parent join mandates child on child.derived_from = parent.mandate_id
  where parent.mandate_id = new.mandate_id and not is_final(child.status)
    and misfit_with_parent(child, parent) is not null
  limit 1;
  if misfit is not null then
    perform refuse('derived_fits_its_parent', misfit);
  end if;
  return null;
end $$;

create constraint trigger onward_still_fits after update on mandates deferrable initially deferred
  for each row when (new.derived_from is null) execute function check_onward();

create function refuse_erasure() returns trigger language plpgsql as $$
begin
  perform refuse('ended_not_erased', format('rows of %s are ended, not erased', tg_table_name));
  return null;
end $$;

create trigger ended_not_erased before delete on mandates for each row execute function refuse_erasure();
create trigger ended_not_erased before delete on parties for each row execute function refuse_erasure();
create trigger ended_not_erased before delete on services for each row execute function refuse_erasure();
create trigger ended_not_erased before delete on service_instances for each row execute function refuse_erasure();
create trigger ended_not_erased before delete on service_sets for each row execute function refuse_erasure();
create trigger ended_not_erased before delete on service_set_members for each row execute function refuse_erasure();
