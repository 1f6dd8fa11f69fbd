-- The catalogue as its owners keep it: what they are shown, and sets that wait for the consent of each of them.

/* A catalogue from elsewhere says nothing of what a mandate means; until the owner does, nobody can mandate (R43, R55). */
alter table services add constraint mandatable_services_are_described
  check (kinds = '{}' or consequence not like 'Nog niet beschreven.%');

/* Services that are to join a set, in the version after the one it has. Waits for each owner concerned (R41, R42). */
create table service_set_drafts (
  draft_id uuid primary key,
  set_id uuid not null references service_sets,
  additions uuid[] not null,
  status text not null default 'waiting',
  /* The version that it became. */
  version integer,
  proposed_at timestamptz(3) not null default now(),
  settled_at timestamptz(3),
  constraint additions_are_named check (cardinality(additions) > 0 and not has_doubles(additions)),
  constraint status_is_known check (status in ('waiting', 'current', 'withdrawn', 'rejected')),
  constraint only_what_became_current_has_a_version check ((status = 'current') = (version is not null)),
  constraint only_what_waits_is_not_settled check ((status = 'waiting') = (settled_at is null))
);

create unique index one_version_waits_at_a_time on service_set_drafts (set_id) where status = 'waiting';

create table service_set_consents (
  draft_id uuid not null references service_set_drafts,
  owner_id uuid not null references service_owners,
  consented_at timestamptz(3) not null default now(),
  primary key (draft_id, owner_id)
);

create function settle_drafts_once() returns trigger language plpgsql as $$
begin
  if old.status <> 'waiting' then
    perform refuse('version_is_settled_once', 'this version of the set was settled before');
  end if;
  return new;
end $$;

create trigger version_is_settled_once before update on service_set_drafts
  for each row execute function settle_drafts_once();
create trigger row_keeps_its_key before update on service_set_drafts
  for each row execute function keep_columns('draft_id', 'set_id', 'additions');
create trigger row_keeps_its_key before update on service_set_consents
  for each row execute function keep_columns('draft_id', 'owner_id');

/* Owners and sets are entities with changes of their own; what they mean for services stays a change of those. */
create function record_set() returns trigger language plpgsql set enable_seqscan = off as $$
declare
  -- A name compares by another collation than text, and with it no index would do.
  relation constant text := tg_table_name;
  before constant jsonb := case when tg_op <> 'INSERT' then to_jsonb(old) end;
  after constant jsonb := case when tg_op <> 'DELETE' then to_jsonb(new) end;
  line constant jsonb := coalesce(after, before);
  entity constant text := case relation when 'service_owners' then 'owner' else 'set' end;
  id text := line ->> case entity when 'owner' then 'owner_id' else 'set_id' end;
begin
  if before is not distinct from after then
    return null;
  end if;
  if relation = 'service_set_consents' then
    select d.set_id::text into strict id from service_set_drafts d where d.draft_id = (line ->> 'draft_id')::uuid;
  end if;
  perform write_change(entity, id, lower(tg_op), relation, before, after, null, null);
  return null;
end $$;

do $$
declare
  relation text;
begin
  foreach relation in array array['service_owners', 'service_sets', 'service_set_members', 'service_set_drafts',
    'service_set_consents']
  loop
    execute format('create constraint trigger record_set after insert or update or delete on %I
      deferrable initially deferred for each row execute function record_set()', relation);
  end loop;
  foreach relation in array array['service_set_drafts', 'service_set_consents']
  loop
    execute format('create trigger not_truncated before truncate on %I execute function refuse_erasure()', relation);
  end loop;
end $$;

create function owner_view(owner uuid) returns jsonb language sql stable as $$
  select jsonb_build_object('owner_id', o.owner_id, 'oin', o.oin, 'name', o.name)
  from service_owners o where o.owner_id = owner
$$;

/* Owners of a definition: those of its active instances, or, where none is active, of all that it had. */
create function definition_owners(definition uuid) returns uuid[] language sql stable as $$
  select array(select distinct i.owner_id from service_instances i
    where i.service_uuid = definition and (i.active or not exists (
      select from service_instances a where a.service_uuid = definition and a.active)) order by 1)
$$;

/* What stands in an instance itself; what is left out is as its definition says. */
create function instance_view(i service_instances) returns jsonb language sql stable as $$
  select jsonb_strip_nulls(jsonb_build_object(
    'service_id', i.service_id, 'service_uuid', i.service_uuid, 'owner', owner_view(i.owner_id), 'active', i.active,
    'loa', i.loa, 'kinds', i.kinds, 'grounds', i.grounds, 'chains', i.chains, 'branches', i.branches,
    'sub_services', (select jsonb_agg(p.sub_service order by p.sub_service) from portal_services p
      where p.portal = i.service_id),
    'revision', entity_revision('service', i.service_id)))
$$;

create function service_view(s services) returns jsonb language sql stable as $$
  select jsonb_strip_nulls(jsonb_build_object(
    'service_uuid', s.service_uuid, 'name', s.name, 'description', s.description, 'consequence', s.consequence,
    'classification', s.classification, 'active', s.active, 'loa', s.loa, 'kinds', s.kinds, 'grounds', s.grounds,
    'domain', s.domain, 'chains', s.chains, 'branches', s.branches, 'operations', s.operations,
    'follow_up', s.follow_up,
    'owners', (select coalesce(jsonb_agg(owner_view(o) order by o), '[]') from unnest(definition_owners(s.service_uuid)) as o),
    'instances', (select coalesce(jsonb_agg(instance_view(i) order by i.service_id), '[]') from service_instances i
      where i.service_uuid = s.service_uuid),
    'revision', entity_revision('definition', s.service_uuid::text)))
$$;

create function set_members(set_of uuid, at_version integer) returns jsonb language sql stable as $$
  select coalesce(jsonb_agg(jsonb_build_object('service_uuid', s.service_uuid, 'name', s.name,
    'since_version', m.since_version) order by s.name, s.service_uuid), '[]')
  from service_set_members m join services s using (service_uuid)
  where m.set_id = set_of and m.since_version <= at_version and coalesce(m.until_version > at_version, true)
$$;

/* The owners that a draft concerns: those who offer what is to join, but the set's own. */
create function draft_owners(d service_set_drafts) returns uuid[] language sql stable as $$
  select array(select distinct o from unnest(d.additions) as one, unnest(definition_owners(one)) as o
    where o <> (select t.owner_id from service_sets t where t.set_id = d.set_id) order by 1)
$$;

create function draft_view(d service_set_drafts) returns jsonb language sql stable as $$
  select jsonb_build_object(
    'version', t.version + 1,
    'additions', (select jsonb_agg(jsonb_build_object('service_uuid', s.service_uuid, 'name', s.name,
        'owners', (select coalesce(jsonb_agg(owner_view(o) order by o), '[]')
          from unnest(definition_owners(s.service_uuid)) as o)) order by s.name, s.service_uuid)
      from services s where s.service_uuid = any (d.additions)),
    'proposed_at', utc(d.proposed_at),
    'consented', (select coalesce(jsonb_agg(owner_view(c.owner_id) order by c.owner_id), '[]')
      from service_set_consents c where c.draft_id = d.draft_id),
    'waiting_for', (select coalesce(jsonb_agg(owner_view(o) order by o), '[]') from unnest(draft_owners(d)) as o
      where not exists (select from service_set_consents c where c.draft_id = d.draft_id and c.owner_id = o)))
  from service_sets t where t.set_id = d.set_id
$$;

create function set_view(t service_sets) returns jsonb language sql stable as $$
  select jsonb_strip_nulls(jsonb_build_object(
    'set_id', t.set_id, 'name', t.name, 'owner', owner_view(t.owner_id), 'version', t.version,
    'members', set_members(t.set_id, t.version),
    'draft', (select draft_view(d) from service_set_drafts d where d.set_id = t.set_id and d.status = 'waiting'),
    'revision', entity_revision('set', t.set_id::text)))
$$;

/*
 * Active mandates that cover a service now, counted by what makes a difference to its terms. Reads all mandates: it is
 * asked before a change of the catalogue, never by a decision.
 */
create function mandates_covering(definition uuid, at timestamptz) returns table (
  covered_by text, kind text, ground text, loa text, to_organisation boolean, branch_limited boolean,
  operations text[], mandates bigint
) language sql stable as $$
  with owning as materialized (select definition_owners(definition) as ids),
  joined as materialized (
    select x.set_id::text as set_id, x.since_version from service_set_members x join service_sets t using (set_id)
    where x.service_uuid = definition and coalesce(x.until_version > t.version, true))
  select covered_by, kind, ground, loa::text, delegate_kind = 'organisation', not all_branches,
    case when not all_operations then operations end, count(*)
  from (
    select m.kind, m.ground, m.loa, m.delegate_kind, m.all_branches, m.all_operations, m.operations,
      case
        when definition = any (m.services) then 'service'
        when m.sets <> '[]' and exists (
          select from jsonb_array_elements(m.sets) as c join joined on joined.set_id = c ->> 'set'
          where joined.since_version <= (c ->> 'version')::integer) then 'set'
        when m.owner_id is not null and m.owner_id = any ((select ids from owning)::uuid[]) then 'owner'
        when m.all_services then 'everything' end as covered_by
    from mandates m
    where m.status = 'active' and coalesce(m.valid_until > at, true)) as found
  where covered_by is not null
  group by 1, 2, 3, 4, 5, 6, 7
$$;
