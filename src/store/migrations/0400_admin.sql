-- What every act of the admin API needs: mandates as its rules read them, answers that are given once, consents.

/* Until when a request or an offer waits (exclusive); after that it lapses (R65, R68). */
alter table mandates add column lapses_at timestamptz(3);

/* Services that a mandate covers by name or by a set as its grantor confirmed it, with the terms of their definitions. */
create function act_services(m mandates) returns jsonb language sql stable as $$
  select coalesce(jsonb_agg(jsonb_build_object(
    'service_uuid', s.service_uuid,
    'domain', s.domain,
    'owners', array(select distinct i.owner_id::text from service_instances i
      where i.service_uuid = s.service_uuid and i.active order by 1),
    'terms', service_terms(s.active, s.loa, s.kinds, s.grounds, s.chains, s.branches)) order by s.service_uuid), '[]')
  from services s
  where s.service_uuid = any (m.services)
    or s.service_uuid in (
      select x.service_uuid from jsonb_array_elements(m.sets) as c
        join service_set_members x on x.set_id = (c ->> 'set')::uuid
        join service_sets t on t.set_id = x.set_id
      where x.since_version <= (c ->> 'version')::integer and coalesce(x.until_version > t.version, true))
$$;

/* In which capacity a mandate that is suspended was suspended last: a manager does not undo what a court did (R76). */
create function suspended_by(m mandates) returns text language sql stable as $$
  select c.acted_by ->> 'capacity' from changes c
  where m.status = 'suspended' and c.entity = 'mandate' and c.entity_id = m.mandate_id::text
    and c.after ->> 'status' = 'suspended' and c.before ->> 'status' is distinct from 'suspended'
  order by c.entity, c.entity_id, c.revision desc limit 1
$$;

/* The shape of `ActMandate` in src/policy/admin-input.ts; also of a row that has not been written yet. */
create function act_mandate(m mandates) returns jsonb language sql stable as $$
  select facts_of_mandate(m)::jsonb || jsonb_strip_nulls(jsonb_build_object(
    'represented', m.represented,
    'represented_kind', m.represented_kind,
    'delegate', m.delegate,
    'delegate_kind', m.delegate_kind,
    'services', act_services(m),
    'owner', m.owner_id,
    'all_services', case when m.all_services then true end,
    'channel', m.channel,
    'evidence', coalesce((select jsonb_agg(distinct e ->> 'kind') from jsonb_array_elements(m.evidence) as e), '[]'),
    'granted_by', m.granted_by,
    'renews', m.renews,
    'suspended_by', suspended_by(m)))
$$;

/* Answers to writes that came with an Idempotency-Key. Sealed: an answer may hold an activation code. */
create table idempotent_answers (
  caller bytea not null,
  key text not null,
  digest bytea not null,
  answer bytea,
  revision text,
  created_at timestamptz(3) not null default now(),
  primary key (caller, key),
  constraint key_has_its_form check (key ~ '^[!-~]{1,128}$')
);

create index idempotent_answers_by_age on idempotent_answers (created_at);

/* Co-grantors who agreed to a mandate that needs several (R51). */
create table consents (
  mandate_id uuid not null references mandates,
  party_id uuid not null references parties,
  loa text,
  consented_at timestamptz(3) not null default now(),
  primary key (mandate_id, party_id)
);

/* Revision of the last change of one entity: its ETag. Null when it was seeded without changes. */
create function entity_revision(entity text, id text) returns text language sql stable as $$
  select c.epoch || '.' || c.revision from changes c
  where c.entity = entity_revision.entity and c.entity_id = id order by c.entity, c.entity_id, c.revision desc limit 1
$$;

/* A party as the other side of a mandate sees it: never a personal number. */
create function party_view(party uuid) returns jsonb language sql stable as $$
  select jsonb_strip_nulls(jsonb_build_object('party_id', p.party_id, 'kind', p.kind, 'name', p.name,
    'identifiers', (select jsonb_agg('urn:nl:' || a.scheme || ':' || a.public_value order by a.scheme)
      from aliases a where a.party_id = p.party_id and a.public_value is not null)))
  from parties p where p.party_id = party
$$;

create function utc(moment timestamptz) returns text language sql stable parallel safe
  return to_char(moment at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"');

/* One mandate as the admin API answers it. The schema is `mandateView` in src/http/admin/wire.ts. */
create function mandate_view(m mandates) returns jsonb language sql stable as $$
  select jsonb_strip_nulls(jsonb_build_object(
    'mandate_id', m.mandate_id, 'name', m.name, 'kind', m.kind, 'ground', m.ground,
    'status', m.status, 'status_since', utc(m.status_since), 'status_cause', m.status_cause,
    'lapses_at', case when m.status in ('requested', 'offered') then utc(m.lapses_at) end,
    'represented', party_view(m.represented), 'delegate', party_view(m.delegate), 'delegate_branch', m.delegate_branch,
    'services', coalesce((select jsonb_agg(jsonb_build_object('service_uuid', s.service_uuid, 'name', s.name)
      order by s.name) from services s where s.service_uuid = any (m.services)), '[]'),
    'sets', coalesce((select jsonb_agg(jsonb_build_object('set_id', t.set_id, 'name', t.name,
        'version', (c ->> 'version')::integer, 'newest_version', t.version) order by t.name)
      from jsonb_array_elements(m.sets) as c join service_sets t on t.set_id = (c ->> 'set')::uuid), '[]'),
    'owner', (select jsonb_build_object('owner_id', o.owner_id, 'oin', o.oin, 'name', o.name)
      from service_owners o where o.owner_id = m.owner_id),
    'all_services', m.all_services,
    'operations', all_or(m.all_operations, m.operations)::jsonb,
    'branches', all_or(m.all_branches, m.branches)::jsonb,
    'cases', all_or(m.all_cases, m.cases)::jsonb,
    'loa', m.loa, 'reach', m.reach, 'substitution', m.substitution, 'derived_from', m.derived_from,
    'joint', case when m.joint_required is not null then jsonb_build_object('required', m.joint_required,
      'with', (select jsonb_agg(party_view(one)) from unnest(m.joint_with) as one)) end,
    'valid_from', utc(m.valid_from), 'valid_until', utc(m.valid_until),
    'granted_by', party_view(m.granted_by), 'granted_at', utc(m.granted_at), 'granted_under', m.granted_under,
    'survivor', m.survivor, 'renews', m.renews, 'evidence', m.evidence, 'channel', m.channel, 'source', m.source,
    'follow_up', m.follow_up, 'reads_messages', m.reads_messages,
    'revision', entity_revision('mandate', m.mandate_id::text)))
$$;
