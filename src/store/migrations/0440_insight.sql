-- Overviews of what a party granted and received: each order in which they are read has its index, so that the first
-- page of 70,000 mandates costs what the first page of ten costs. None holds the status: suspending or revoking a
-- mandate then touches no index.

/* A name has up to 4000 characters, an index entry fewer. */
create function sort_name(name text) returns text language sql immutable strict parallel safe
  return left(lower(name), 100);

create index mandates_granted_by_age on mandates (represented, granted_at, mandate_id);
create index mandates_granted_by_end on mandates (represented, coalesce(valid_until, 'infinity'), mandate_id);
create index mandates_granted_by_name on mandates (represented, sort_name(name), mandate_id);
create index mandates_received_by_age on mandates (delegate, granted_at, mandate_id);
create index mandates_received_by_end on mandates (delegate, coalesce(valid_until, 'infinity'), mandate_id);
create index mandates_received_by_name on mandates (delegate, sort_name(name), mandate_id);

/* As covers_service, at a cost that 70,000 rows can bear: sets are looked at only where there are any (R46). */
create function reaches_service(m mandates, service uuid) returns boolean language sql stable parallel safe as $$
  select m.all_services or service = any (m.services)
    or m.owner_id in (select i.owner_id from service_instances i where i.service_uuid = service)
    or m.sets <> '[]' and exists (
      select from jsonb_array_elements(m.sets) as s
        join service_set_members x on x.set_id = (s ->> 'set')::uuid and x.service_uuid = service
        join service_sets t on t.set_id = x.set_id
      where x.since_version <= (s ->> 'version')::integer and coalesce(x.until_version > t.version, true))
$$;

/* What a change did, in one word; the same in the feed of events and in notices. */
create function change_verb(c changes) returns text language sql immutable parallel safe as $$
  select case
    when c.entity <> 'mandate' then case c.operation when 'insert' then 'added' when 'update' then 'changed' else 'removed' end
    when c.operation = 'insert' then case c.after ->> 'status' when 'active' then 'granted' else c.after ->> 'status' end
    when c.before ->> 'status' = c.after ->> 'status' then 'changed'
    when c.after ->> 'status' <> 'active' then c.after ->> 'status'
    when c.before ->> 'status' = 'suspended' then 'reactivated'
    else 'activated' end
$$;

/* Whether a row of mandates, as a change keeps it, reaches a service of this owner: by one of these services or sets. */
create function reaches_owner(line jsonb, services text[], sets text[], owner uuid) returns boolean
language sql immutable parallel safe as $$
  select coalesce((line ->> 'all_services')::boolean or line ->> 'owner_id' = owner::text
    or line -> 'services' ?| services
    or exists (select from jsonb_array_elements(line -> 'sets') as s where s ->> 'set' = any (sets)), false)
$$;
