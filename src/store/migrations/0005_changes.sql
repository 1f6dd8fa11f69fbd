-- Every change of the register in commit order: at once the feed, the history, the audit chain and the source of events.

create table changes (
  revision bigint primary key,
  epoch integer not null,
  at timestamptz(3) not null,
  entity text not null,
  entity_id text not null,
  operation text not null,
  /* The table whose row changed, and that row before and after; without sealed identifiers. */
  relation text not null,
  before jsonb,
  after jsonb,
  /* The entity's row of its *_facts view before and after; null: the view has (had) none, or it is not known. */
  facts_before jsonb,
  facts_after jsonb,
  acted_by jsonb not null,
  /* Changes of one transaction share it. */
  transaction_id xid8 not null default pg_current_xact_id(),
  prev_hash bytea not null,
  hash bytea not null,
  constraint entity_is_known check (entity in ('party', 'alias', 'branch', 'service', 'definition', 'mandate')),
  constraint operation_is_known check (operation in ('insert', 'update', 'delete'))
);

create index changes_by_entity on changes (entity, entity_id, revision);

create function change_hash(c changes) returns bytea language sql stable as $$
  select sha256(c.prev_hash || convert_to(jsonb_build_array(c.revision, c.epoch, to_ms(c.at), c.entity, c.entity_id,
    c.operation, c.relation, c.before, c.after, c.facts_before, c.facts_after, c.acted_by)::text, 'UTF8'))
$$;

create function refuse_altering_changes() returns trigger language plpgsql as $$
begin
  perform refuse('changes_are_append_only', 'changes are only ever added');
  return null;
end $$;

create trigger changes_are_append_only before update or delete on changes
  for each row execute function refuse_altering_changes();
create trigger changes_are_not_truncated before truncate on changes
  for each statement execute function refuse_altering_changes();

/* Who acts, as the writing session said with set_config('machtig.acted_by', …, true). */
create function acted_by() returns jsonb language plpgsql stable as $$
declare
  said jsonb := nullif(current_setting('machtig.acted_by', true), '')::jsonb;
begin
  if current_setting('transaction_isolation') <> 'read committed' then
    raise exception using errcode = 'MA002', constraint = 'writers_are_read_committed',
      message = 'the register is written in READ COMMITTED only: others would not see the change before theirs';
  end if;
  if coalesce(said ->> 'who', '') = '' or coalesce(said ->> 'channel', '') = '' then
    raise exception using errcode = 'MA002', constraint = 'writers_say_who_acts',
      message = 'set machtig.acted_by to {"who", "channel", …} in the writing transaction';
  end if;
  return said;
end $$;

/*
 * Adds one change. Runs at commit (deferred triggers): from here until the transaction is visible nobody else draws a
 * revision, so that revisions stand in commit order, and a rolled-back transaction leaves no gap.
 */
create function write_change(
  new_entity text, new_id text, new_operation text, new_relation text, new_before jsonb, new_after jsonb,
  new_facts_before jsonb, new_facts_after jsonb
) returns void language plpgsql as $$
declare
  author constant jsonb := acted_by();
  last changes;
  made changes;
begin
  perform pg_advisory_xact_lock(hashtextextended('machtig.changes', 0));
  select * into last from changes order by revision desc limit 1;
  made.revision := coalesce(last.revision, 0) + 1;
  select epoch into strict made.epoch from register;
  made.at := clock_timestamp();
  made.entity := new_entity;
  made.entity_id := new_id;
  made.operation := new_operation;
  made.relation := new_relation;
  made.before := new_before;
  made.after := new_after;
  made.facts_before := new_facts_before;
  made.facts_after := new_facts_after;
  made.acted_by := author;
  made.transaction_id := pg_current_xact_id();
  made.prev_hash := coalesce(last.hash, decode(repeat('00', 32), 'hex'));
  made.hash := change_hash(made);
  insert into changes select made.*;
  perform pg_notify('machtig_changes', '');
end $$;

create function facts_of_entity(entity text, id text) returns jsonb language plpgsql stable as $$
begin
  case entity
    when 'party' then return (select to_jsonb(f) from party_facts f where f.party_id = id::uuid);
    when 'alias' then return (select to_jsonb(f) from alias_facts f where f.alias = id);
    when 'branch' then return (select to_jsonb(f) from branch_facts f
      where f.branch = split_part(id, ':', 2) and f.party_id = split_part(id, ':', 1)::uuid);
    when 'service' then return (select to_jsonb(f) from service_facts f where f.service_id = id);
    when 'definition' then return (select to_jsonb(f) from definition_facts f where f.service_uuid = id::uuid);
  end case;
end $$;

/*
 * Adds a change of an entity other than a mandate, with its facts as they are now, at commit. Where the row that
 * changed is not the entity's own (`consequence`), nothing is added if its facts did not change.
 */
create function write_entity_change(
  entity text, id text, operation text, relation text, before jsonb, after jsonb, consequence boolean default false,
  facts_before jsonb default null
) returns void language plpgsql as $$
declare
  known jsonb;
  facts jsonb;
begin
  perform pg_advisory_xact_lock(hashtextextended('machtig.changes', 0));
  facts := facts_of_entity(entity, id);
  select c.facts_after into known from changes c
  where c.entity = write_entity_change.entity and c.entity_id = id
  -- Not by the bare column: that would read all changes backwards rather than those of this entity.
  order by c.revision + 0 desc limit 1;
  if not (consequence and facts is not distinct from known) then
    perform write_change(entity, id, operation, relation, before, after, coalesce(facts_before, known), facts);
  end if;
end $$;

/*
 * They look up single rows of tables that may have been filled in this very transaction: plans made while those were
 * empty would scan them whole, for every row. Hence no sequential scans here.
 */
create function record_mandate() returns trigger language plpgsql set enable_seqscan = off as $$
begin
  if tg_op = 'INSERT' then
    perform write_change('mandate', new.mandate_id::text, 'insert', 'mandates', null, to_jsonb(new), null, mandate_facts_of(new));
  elsif new is distinct from old then
    perform write_change('mandate', new.mandate_id::text, 'update', 'mandates', to_jsonb(old), to_jsonb(new),
      mandate_facts_of(old), mandate_facts_of(new));
  end if;
  return null;
end $$;

create function record_party() returns trigger language plpgsql set enable_seqscan = off as $$
declare
  -- A name compares by another collation than text, and with it no index would do.
  relation constant text := tg_table_name;
  before constant jsonb := case when tg_op <> 'INSERT' then to_jsonb(old) - 'sealed' end;
  after constant jsonb := case when tg_op <> 'DELETE' then to_jsonb(new) - 'sealed' end;
  line constant jsonb := coalesce(after, before);
  party constant text := line ->> 'party_id';
begin
  if before is not distinct from after then
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

create function record_service() returns trigger language plpgsql set enable_seqscan = off as $$
declare
  -- A name compares by another collation than text, and with it no index would do.
  relation constant text := tg_table_name;
  before constant jsonb := case when tg_op <> 'INSERT' then to_jsonb(old) end;
  after constant jsonb := case when tg_op <> 'DELETE' then to_jsonb(new) end;
  line constant jsonb := coalesce(after, before);
  touched text;
begin
  if before is not distinct from after then
    return null;
  end if;
  case relation
    when 'services' then
      perform write_entity_change('definition', line ->> 'service_uuid', lower(tg_op), relation, before, after);
    when 'service_instances' then
      perform write_entity_change('service', line ->> 'service_id', lower(tg_op), relation, before, after);
      perform write_entity_change('definition', line ->> 'service_uuid', 'update', relation, before, after, true);
    when 'portal_services' then
      perform write_entity_change('service', line ->> 'portal', 'update', relation, before, after);
    else null;
  end case;
  for touched in
    select i.service_id from service_instances i
    where relation in ('services', 'service_set_members') and i.service_uuid = (line ->> 'service_uuid')::uuid
       or relation = 'service_owners' and i.owner_id = (line ->> 'owner_id')::uuid
       or relation = 'service_sets' and i.service_uuid in (
         select m.service_uuid from service_set_members m where m.set_id = (line ->> 'set_id')::uuid)
    order by 1
  loop
    perform write_entity_change('service', touched, 'update', relation, before, after,
      relation not in ('service_owners', 'service_sets'));
  end loop;
  return null;
end $$;

create constraint trigger record_change after insert or update on mandates
  deferrable initially deferred for each row execute function record_mandate();
create constraint trigger record_change after insert or update or delete on parties
  deferrable initially deferred for each row execute function record_party();
create constraint trigger record_change after insert or update or delete on party_states
  deferrable initially deferred for each row execute function record_party();
create constraint trigger record_change after insert or update or delete on aliases
  deferrable initially deferred for each row execute function record_party();
create constraint trigger record_change after insert or update or delete on branches
  deferrable initially deferred for each row execute function record_party();
create constraint trigger record_change after insert or update or delete on service_owners
  deferrable initially deferred for each row execute function record_service();
create constraint trigger record_change after insert or update or delete on services
  deferrable initially deferred for each row execute function record_service();
create constraint trigger record_change after insert or update or delete on service_instances
  deferrable initially deferred for each row execute function record_service();
create constraint trigger record_change after insert or update or delete on portal_services
  deferrable initially deferred for each row execute function record_service();
create constraint trigger record_change after insert or update or delete on service_sets
  deferrable initially deferred for each row execute function record_service();
create constraint trigger record_change after insert or update or delete on service_set_members
  deferrable initially deferred for each row execute function record_service();

/*
 * What names a row, or says under whom it hangs, never changes: the row goes and another comes, each a change of its
 * own. Otherwise what stood under the old name would stay behind in every projection. Arguments: those columns.
 */
create function keep_columns() returns trigger language plpgsql as $$
declare
  kept text;
begin
  foreach kept in array tg_argv loop
    if to_jsonb(new) -> kept is distinct from to_jsonb(old) -> kept then
      perform refuse('row_keeps_its_key', format('%s of %s does not change; make another row', kept, tg_table_name));
    end if;
  end loop;
  return new;
end $$;

create trigger row_keeps_its_key before update on parties for each row execute function keep_columns('party_id');
create trigger row_keeps_its_key before update on party_states for each row
  execute function keep_columns('party_id', 'state', 'since', 'source');
create trigger row_keeps_its_key before update on aliases for each row
  execute function keep_columns('alias', 'key_id', 'party_id', 'scheme', 'public_value');
create trigger row_keeps_its_key before update on branches for each row execute function keep_columns('branch', 'party_id');
create trigger row_keeps_its_key before update on service_owners for each row execute function keep_columns('owner_id');
create trigger row_keeps_its_key before update on services for each row execute function keep_columns('service_uuid');
create trigger row_keeps_its_key before update on service_instances for each row execute function keep_columns('service_id');
create trigger row_keeps_its_key before update on portal_services for each row
  execute function keep_columns('portal', 'sub_service');
create trigger row_keeps_its_key before update on service_sets for each row execute function keep_columns('set_id');

do $$
declare
  relation text;
begin
  foreach relation in array array['parties', 'party_states', 'aliases', 'branches', 'service_owners', 'services',
    'service_instances', 'portal_services', 'service_sets', 'service_set_members', 'mandates']
  loop
    execute format('create trigger not_truncated before truncate on %I execute function refuse_erasure()', relation);
  end loop;
end $$;

/* What is wrong with the chain, if anything: one row for each change that was altered, or does not follow the one before. */
create function verify_changes(from_revision bigint default 1) returns table (revision bigint, fault text)
language sql stable as $$
  select c.revision, case
    when c.hash <> change_hash(c.changes) then 'altered'
    when c.prev_hash <> coalesce(c.hash_before, case when c.revision = 1 then decode(repeat('00', 32), 'hex') else c.prev_hash end)
      then 'does not follow the change before it'
    else 'the change before it is missing' end
  from (select changes, changes.revision, changes.hash, changes.prev_hash,
          lag(changes.hash) over chain as hash_before, lag(changes.revision) over chain as revision_before
        from changes where changes.revision >= from_revision - 1 window chain as (order by changes.revision)) as c
  where c.revision >= from_revision and (
    c.hash <> change_hash(c.changes)
    or c.prev_hash <> coalesce(c.hash_before, case when c.revision = 1 then decode(repeat('00', 32), 'hex') else c.prev_hash end)
    or c.revision <> coalesce(c.revision_before + 1, case when from_revision > 1 then from_revision else 1 end))
$$;
