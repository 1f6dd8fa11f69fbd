-- Facts: the one definition of what a decision may read, in the shape of src/domain/facts.ts.

create function to_flags(keys text[]) returns jsonb language sql immutable strict parallel safe
  return (select coalesce(jsonb_object_agg(key, true), '{}') from unnest(keys) as key);

create function alias_facts_of(party uuid, means_active boolean) returns jsonb language sql stable parallel safe
  return jsonb_strip_nulls(jsonb_build_object(
    'party_id', party,
    'means', case when means_active is not null then jsonb_build_object('active', means_active) end));

create view alias_facts as
select encode(a.alias, 'hex') as alias, alias_facts_of(a.party_id, a.means_active) as facts
from aliases a;

create view party_facts as
select p.party_id,
  jsonb_strip_nulls(jsonb_build_object(
    'party_id', p.party_id,
    'kind', p.kind,
    'states', coalesce((
      select jsonb_agg(jsonb_strip_nulls(jsonb_build_object(
          'state', s.state, 'since', to_ms(s.since), 'until', to_ms(s.until))) order by s.since, s.state, s.until)
      from (select distinct state, since, until from party_states where party_id = p.party_id) as s), '[]'),
    'birth_date', to_char(p.birth_date, 'YYYY-MM-DD'),
    'kvk', (select min(a.public_value) from aliases a where a.party_id = p.party_id and a.scheme = 'kvk'),
    'has_branches', exists (select from branches b where b.party_id = p.party_id)
  )) as facts
from parties p;

create view branch_facts as
select b.party_id, b.branch::text as branch
from branches b;

create function service_terms(active boolean, loa text, kinds text[], grounds text[], chains boolean, branches boolean)
  returns jsonb language sql stable parallel safe
  return jsonb_build_object('active', active, 'loa', loa, 'kinds', to_flags(kinds), 'grounds', to_flags(grounds),
    'chains', chains, 'branches', branches);

create view service_facts as
select i.service_id,
  jsonb_build_object(
    'service_id', i.service_id,
    'service_uuid', i.service_uuid,
    'owner', i.owner_id,
    'domain', s.domain,
    'definition', service_terms(s.active, s.loa, s.kinds, s.grounds, s.chains, s.branches),
    'instance', service_terms(i.active, coalesce(i.loa, s.loa), coalesce(i.kinds, s.kinds),
      coalesce(i.grounds, s.grounds), coalesce(i.chains, s.chains), coalesce(i.branches, s.branches)),
    'sets', coalesce((
      select jsonb_object_agg(m.set_id, m.since_version)
      from service_set_members m join service_sets t using (set_id)
      where m.service_uuid = i.service_uuid
        and m.since_version <= t.version and coalesce(m.until_version > t.version, true)), '{}'),
    'sub_services', coalesce((
      select jsonb_agg(p.sub_service order by p.sub_service) from portal_services p where p.portal = i.service_id), '[]'),
    'follow_up', s.follow_up
  ) as facts
from service_instances i join services s using (service_uuid);

/* By ServiceUUID, the ServiceIDs of its active instances. */
create view definition_facts as
select s.service_uuid,
  array(select i.service_id from service_instances i
        where i.service_uuid = s.service_uuid and i.active order by i.service_id) as instances
from services s;

create function all_or(everything boolean, named text[]) returns text language sql stable parallel safe
  return case when everything then '"all"' else array_to_json(named)::text end;

/*
 * Written as text, since a projection reads every mandate of the country: that takes a third of what building jsonb
 * does. All that is not a number or an array is a UUID or one of a few words, which need no escaping; what is null is
 * left out. Stable, as what it calls: only then is it put into the query itself.
 */
create function facts_of_mandate(m mandates) returns json language sql stable parallel safe
  return concat(
    '{"mandate_id":"', m.mandate_id,
    '","kind":"', m.kind,
    '","status":"', m.status,
    '","loa":"', m.loa,
    '","valid_from":', to_ms(m.valid_from),
    ',"valid_until":' || to_ms(m.valid_until),
    ',"granted_at":', to_ms(m.granted_at),
    ',"operations":', all_or(m.all_operations, m.operations),
    ',"branches":', all_or(m.all_branches, m.branches),
    ',"cases":', all_or(m.all_cases, m.cases),
    ',"ground":"' || m.ground || '"',
    ',"reach":"' || m.reach || '"',
    ',"joint":{"required":' || m.joint_required || ',"with":' || array_to_json(m.joint_with)::text || '}',
    ',"granted_under":"' || m.granted_under || '"',
    case when m.survivor then ',"survivor":true' end,
    ',"derived_from":{"mandate_id":"' || m.derived_from || '","delegate":"' || m.parent_delegate || '"}',
    ',"follow_up":"' || m.follow_up || '"',
    case when m.reads_messages then ',"reads_messages":true' end,
    case when m.substitution then ',"substitution":true' end,
    '}')::json;

/* Whether its delegate may act, as second link, for those who mandated the represented. */
create function is_second_link(m mandates) returns boolean language sql immutable parallel safe
  return m.delegate_kind = 'person' and coalesce(m.reach in ('clients', 'both') or m.ground in ('signatory', 'owner'), false);

/* Each case with what its service belongs to, which tells by what part of the scope it is covered. */
create function cases_in_scope(m mandates) returns jsonb language sql stable parallel safe as $$
  select coalesce(jsonb_agg(jsonb_build_object(
    'service_id', i.service_id,
    'case', substr(c.name, strpos(c.name, '#') + 1),
    'service_uuid', i.service_uuid,
    'owner_id', i.owner_id,
    'sets', sets_covering(m, i.service_uuid)) order by c.position), '[]')
  from unnest(m.cases) with ordinality as c (name, position)
    join service_instances i on i.service_id = split_part(c.name, '#', 1)
$$;

create function has_facts(status text) returns boolean language sql immutable parallel safe
  return status in ('requested', 'offered', 'active', 'suspended', 'revoked');

/* `cases` is null when the mandate is not limited to cases. */
create view mandate_facts as
select m.mandate_id, m.represented, m.delegate, m.status,
  facts_of_mandate(m) as facts,
  m.services as service_uuids,
  m.sets,
  m.owner_id,
  m.all_services,
  case when not m.all_cases then cases_in_scope(m) end as cases,
  is_second_link(m) as second_link
from mandates m
where has_facts(m.status);

/* The row of mandate_facts that this row of mandates gives, also when it is no longer there; null if none. */
create function mandate_facts_of(m mandates) returns jsonb language sql stable as $$
  select case when has_facts(m.status) then jsonb_build_object(
    'mandate_id', m.mandate_id, 'represented', m.represented, 'delegate', m.delegate, 'status', m.status,
    'facts', facts_of_mandate(m),
    'service_uuids', m.services, 'sets', m.sets, 'owner_id', m.owner_id, 'all_services', m.all_services,
    'cases', case when not m.all_cases then cases_in_scope(m) end,
    'second_link', is_second_link(m)) end
$$;
