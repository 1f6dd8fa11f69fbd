-- What a search may call a party, and that it changed.

/*
 * Of organisations without a KvK number (which party_facts says) their other public numbers; of persons the BSN, sealed
 * as it rests here. Whoever has neither is found, but not named.
 */
create view names_facts as
select a.party_id, jsonb_strip_nulls(jsonb_build_object(
    'rsin', min(a.public_value) filter (where a.scheme = 'rsin'),
    'oin', min(a.public_value) filter (where a.scheme = 'oin'),
    'bsn', (array_agg(jsonb_build_object('alias', encode(a.alias, 'hex'),
        'sealed', translate(encode(a.sealed, 'base64'), e'\n', '')) order by a.alias)
      filter (where a.scheme = 'bsn' and a.sealed is not null))[1])) as facts
from aliases a
where a.scheme in ('kvk', 'rsin', 'oin') or a.scheme = 'bsn' and a.sealed is not null
group by a.party_id
having not bool_or(a.scheme = 'kvk');

/*
 * Of a change of an identifier: whose names it may have changed, and what they are now. They are not in the change
 * itself, which nobody can take out of the chain again: sealed numbers stay where they can be erased.
 */
create function names_touched(c changes) returns jsonb language sql stable as $$
  select jsonb_build_object('party_id', touched.party_id, 'facts',
    (select f.facts from names_facts f where f.party_id = touched.party_id))
  from (select (coalesce(c.after, c.before) ->> 'party_id')::uuid as party_id) as touched
  where c.entity = 'alias'
$$;

/* As before; but that an identifier was sealed, or otherwise, is a change as well, though the chain does not hold it. */
create or replace function record_party() returns trigger language plpgsql set enable_seqscan = off as $$
declare
  -- A name compares by another collation than text, and with it no index would do.
  relation constant text := tg_table_name;
  before constant jsonb := case when tg_op <> 'INSERT' then to_jsonb(old) - 'sealed' end;
  after constant jsonb := case when tg_op <> 'DELETE' then to_jsonb(new) - 'sealed' end;
  line constant jsonb := coalesce(after, before);
  party constant text := line ->> 'party_id';
begin
  if before is not distinct from after
    and to_jsonb(old) -> 'sealed' is not distinct from to_jsonb(new) -> 'sealed' then
    return null;
  end if;
  case relation
    when 'aliases' then
      perform write_entity_change('alias', substr(line ->> 'alias', 3), lower(tg_op), relation, before, after, false,
        case when tg_op <> 'INSERT' then jsonb_build_object('alias', substr(before ->> 'alias', 3),
          'facts', alias_facts_of((before ->> 'party_id')::uuid, (before ->> 'means_active')::boolean)) end);
      if line ->> 'scheme' = 'kvk' then
        perform write_entity_change('party', party, 'update', relation, before, after, true);
      end if;
    when 'branches' then
      perform write_entity_change('branch', party || ':' || (line ->> 'branch'), lower(tg_op), relation, before, after,
        false, case when tg_op <> 'INSERT' then jsonb_build_object('party_id', party, 'branch', line ->> 'branch') end);
      perform write_entity_change('party', party, 'update', relation, before, after, true);
    when 'party_states' then
      perform write_entity_change('party', party, 'update', relation, before, after);
    when 'parties' then
      perform write_entity_change('party', party, lower(tg_op), relation, before, after);
  end case;
  return null;
end $$;

/* It still writes the chain with its owner's rights (0442_audit.sql). */
do $$
begin
  execute format('alter function record_party() security definer set search_path = %I, pg_temp', current_schema());
end $$;
