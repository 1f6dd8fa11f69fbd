-- The catalogue: what mandates can be about.

create function is_known_kinds(kinds text[]) returns boolean language sql immutable parallel safe
  return kinds is null
    or (kinds <@ array['employee', 'business', 'voluntary', 'statutory', 'appointed'] and not has_doubles(kinds));

create function is_known_grounds(grounds text[]) returns boolean language sql immutable parallel safe
  return grounds is null
    or (grounds <@ array['signatory', 'owner', 'parental_authority', 'curatele', 'bewind', 'mentorschap',
          'bankruptcy_curator', 'liquidator'] and not has_doubles(grounds));

create table service_owners (
  owner_id uuid primary key,
  oin oin not null constraint oin_names_one_owner unique,
  name filled_text not null
);

/* A definition: mandates hang on it, whoever offers it. Texts are the citizen's words (R55). */
create table services (
  service_uuid uuid primary key,
  name filled_text not null,
  description filled_text not null,
  consequence filled_text not null,
  classification filled_text,
  active boolean not null default true,
  loa loa not null,
  kinds text[] not null,
  grounds text[] not null default '{}',
  domain text not null,
  chains boolean not null,
  branches boolean not null,
  operations text[],
  follow_up text not null,
  constraint kinds_are_known check (is_known_kinds(kinds)),
  constraint grounds_are_known check (is_known_grounds(grounds)),
  constraint grounds_need_the_kind_statutory check (grounds = '{}' or 'statutory' = any (kinds)),
  constraint domain_is_known check (domain in ('assets', 'personal_care', 'general')),
  constraint follow_up_is_known check (follow_up in ('delegate', 'represented', 'both')),
  constraint operations_are_named check (
    operations is null or (cardinality(operations) > 0 and not has_doubles(operations) and '' <> all (operations)))
);

/* One provider's instance. Null terms are those of the definition; what stands here may only narrow them. */
create table service_instances (
  service_id text primary key,
  service_uuid uuid not null references services,
  owner_id uuid not null references service_owners,
  active boolean not null default true,
  loa loa,
  kinds text[],
  grounds text[],
  chains boolean,
  branches boolean,
  constraint service_id_has_its_form check (
    service_id ~ '^[!-"$-~]{1,255}$' and service_id !~* '^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$'),
  constraint kinds_are_known check (is_known_kinds(kinds)),
  constraint grounds_are_known check (is_known_grounds(grounds))
);

create index service_instances_by_definition on service_instances (service_uuid);
create index service_instances_by_owner on service_instances (owner_id);

create table portal_services (
  portal text not null references service_instances,
  sub_service text not null references service_instances,
  primary key (portal, sub_service),
  constraint portal_is_not_behind_itself check (portal <> sub_service)
);

create index portals_by_sub_service on portal_services (sub_service);

create table service_sets (
  set_id uuid primary key,
  name filled_text not null,
  owner_id uuid not null references service_owners,
  version integer not null,
  /* The version before the transaction that last raised it; kept by a trigger. */
  version_before integer not null default 0,
  version_transaction xid8 not null default pg_current_xact_id(),
  constraint version_is_positive check (version >= 1)
);

/* Membership from one version of the set (inclusive) until another (exclusive). Rows are ended, never erased. */
create table service_set_members (
  set_id uuid not null references service_sets,
  service_uuid uuid not null references services,
  since_version integer not null,
  until_version integer,
  primary key (set_id, service_uuid, since_version),
  constraint since_version_is_positive check (since_version >= 1),
  constraint membership_ends_after_it_began check (until_version > since_version)
);

create index service_sets_by_member on service_set_members (service_uuid);

create function check_instance_narrows() returns trigger language plpgsql as $$
declare
  wider text;
begin
  select i.service_id into wider
  from service_instances i join services s using (service_uuid)
  where s.service_uuid = new.service_uuid
    and not (coalesce(loa_rank(i.loa) >= loa_rank(s.loa), true)
         and coalesce(i.kinds <@ s.kinds, true)
         and coalesce(i.grounds <@ s.grounds, true)
         and coalesce(not i.chains or s.chains, true)
         and coalesce(not i.branches or s.branches, true))
  limit 1;
  if wider is not null then
    perform refuse('instance_may_only_narrow', format('%s allows more than its definition %s', wider, new.service_uuid));
  end if;
  return null;
end $$;

create constraint trigger instance_may_only_narrow after insert or update on service_instances
  deferrable initially deferred for each row execute function check_instance_narrows();
create constraint trigger instance_may_only_narrow after update on services
  deferrable initially deferred for each row execute function check_instance_narrows();

create function keep_instance_identity() returns trigger language plpgsql as $$
begin
  if (new.service_id, new.service_uuid, new.owner_id) is distinct from (old.service_id, old.service_uuid, old.owner_id) then
    perform refuse('instance_keeps_its_definition_and_owner',
      format('%s cannot move to another definition or owner; register a new instance', old.service_id));
  end if;
  return new;
end $$;

create trigger instance_keeps_its_definition_and_owner before update on service_instances
  for each row execute function keep_instance_identity();

create function check_portal_depth() returns trigger language plpgsql as $$
begin
  if exists (select from portal_services where portal = new.sub_service)
    or exists (select from portal_services where sub_service = new.portal) then
    perform refuse('portals_have_one_level', format('%s or %s is a portal and lies behind one', new.portal, new.sub_service));
  end if;
  return new;
end $$;

create trigger portals_have_one_level before insert or update on portal_services
  for each row execute function check_portal_depth();

create function check_set_version() returns trigger language plpgsql as $$
begin
  if new.version < old.version then
    perform refuse('set_version_only_rises', format('set %s is at version %s', old.set_id, old.version));
  end if;
  new.version_before := old.version_before;
  new.version_transaction := old.version_transaction;
  if new.version > old.version and old.version_transaction <> pg_current_xact_id() then
    new.version_before := old.version;
    new.version_transaction := pg_current_xact_id();
  end if;
  return new;
end $$;

create trigger set_version_only_rises before update on service_sets
  for each row execute function check_set_version();

create function begin_set() returns trigger language plpgsql as $$
begin
  new.version_before := 0;
  new.version_transaction := pg_current_xact_id();
  return new;
end $$;

create trigger set_begins before insert on service_sets for each row execute function begin_set();

/*
 * Grantors have confirmed the set as it was in the versions that it has had: what joins, joins in a version that is new
 * in this very transaction, so that it reaches no mandate before its grantor confirms it (R46, R55).
 */
create function check_new_member() returns trigger language plpgsql as $$
declare
  joined service_sets;
begin
  select * into strict joined from service_sets where set_id = new.set_id;
  if joined.version_transaction <> pg_current_xact_id() or new.since_version <= joined.version_before then
    perform refuse('addition_needs_a_new_version',
      format('service %s joins set %s only together with a version above those that it has had', new.service_uuid, new.set_id));
  end if;
  return null;
end $$;

create trigger addition_needs_a_new_version after insert on service_set_members
  for each row execute function check_new_member();

create function check_member_ends() returns trigger language plpgsql as $$
begin
  if (new.set_id, new.service_uuid, new.since_version) is distinct from (old.set_id, old.service_uuid, old.since_version)
    or old.until_version is not null and new.until_version is distinct from old.until_version then
    perform refuse('membership_only_ends',
      format('membership of %s can only be ended, once; it joins again by a new row', old.service_uuid));
  end if;
  return new;
end $$;

create trigger membership_only_ends before update on service_set_members
  for each row execute function check_member_ends();

create function check_set_membership() returns trigger language plpgsql as $$
declare
  current integer;
begin
  select version into current from service_sets where set_id = new.set_id;
  if new.since_version > current or new.until_version > current then
    perform refuse('membership_within_the_version', format('set %s is at version %s only', new.set_id, current));
  end if;
  if exists (select from service_set_members m
             where m.set_id = new.set_id and m.service_uuid = new.service_uuid and m.since_version <> new.since_version
               and int4range(m.since_version, m.until_version) && int4range(new.since_version, new.until_version)) then
    perform refuse('membership_does_not_overlap', format('%s is a member twice at one version', new.service_uuid));
  end if;
  return null;
end $$;

create constraint trigger membership_is_orderly after insert or update on service_set_members
  deferrable initially deferred for each row execute function check_set_membership();
