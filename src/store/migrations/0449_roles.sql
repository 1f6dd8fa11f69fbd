-- Roles of the database, each with what its process needs and nothing more. They cannot log in: an account is put in
-- one of them (`grant machtig_admin to …`). Where migrations may not create roles, whoever may does so first.

do $$
declare
  name text;
begin
  foreach name in array array['machtig_admin', 'machtig_sync', 'machtig_operator']
  loop
    begin
      execute format('create role %I nologin', name);
    exception
      -- Another database of this cluster has them already, or makes them at this moment.
      when duplicate_object or unique_violation then null;
      when insufficient_privilege then raise notice 'role % was not created: no right to', name;
    end;
  end loop;
end $$;

/*
 * Gives the roles their rights on everything that is there; may be repeated, and must be after a table was added.
 * Nobody gets a right to write `changes`: the triggers do that with their owner's rights. What the rules end rather
 * than erase cannot be deleted, whatever a trigger says; and nobody but the owner can touch a trigger or a table.
 */
create function grant_to_roles() returns void language plpgsql as $$
declare
  erasable constant text[] := array['aliases', 'branches', 'party_states', 'portal_services', 'idempotent_answers',
    'service_set_drafts', 'service_set_consents', 'code_tries'];
  read_only constant text[] := array['changes', 'migrations', 'register'];
  item record;
begin
  -- Two at once would stumble over each other in the catalogue of the database.
  perform pg_advisory_xact_lock(hashtextextended('machtig.roles', 0));
  for item in
    select c.relname as relation, c.relkind = 'v' or c.relname = any (read_only) as reads, r.rolname as holder
    from pg_class c cross join pg_roles r
    where c.relnamespace = current_schema()::regnamespace and c.relkind in ('r', 'v', 'p')
      and r.rolname in ('machtig_admin', 'machtig_sync', 'machtig_operator')
  loop
    execute format('revoke all on %I from %I', item.relation, item.holder);
    execute format('grant select on %I to %I', item.relation, item.holder);
    continue when item.reads or item.holder = 'machtig_sync';
    execute format('grant insert, update on %I to %I', item.relation, item.holder);
    continue when item.relation <> all (erasable);
    -- What a party was is ended, not erased; a source that is read again says what it holds, in an import.
    continue when item.relation = 'party_states' and item.holder = 'machtig_admin';
    execute format('grant delete on %I to %I', item.relation, item.holder);
  end loop;
  if to_regrole('machtig_sync') is not null then
    grant insert, update on mandate_uses, use_position to machtig_sync;
    grant update on register to machtig_sync;
    grant usage on sequence sync_fence to machtig_sync;
  end if;
  if to_regrole('machtig_operator') is not null then
    grant update on register to machtig_operator;
  end if;
  -- The queue of jobs keeps its tables in a schema of its own.
  if to_regnamespace('jobs') is not null and to_regrole('machtig_admin') is not null then
    grant usage on schema jobs to machtig_admin;
    grant select, insert, update, delete on all tables in schema jobs to machtig_admin;
    grant usage on all sequences in schema jobs to machtig_admin;
  end if;
end $$;

select grant_to_roles();
