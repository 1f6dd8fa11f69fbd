-- Whether two registers that were one have the same past.

/*
 * What no change tells of (a bulk load, what an operator does by hand) raises the epoch. A lineage is what lies between two
 * such moments: within one, all that the register holds follows from its changes. So two registers of one lineage whose changes
 * are the same up to a revision hold the same at it. Of two that raised their epoch apart, each has a lineage of its own.
 */
alter table register add column lineage uuid not null default gen_random_uuid();

create function begin_lineage() returns trigger language plpgsql as $$
begin
  -- Said by who begins an epoch though nothing but the place of the register is another: for that one transaction.
  if current_setting('machtig.lineage', true) is distinct from 'goes on' then
    new.lineage := gen_random_uuid();
  end if;
  return new;
end $$;

create trigger epoch_begins_lineage before update of epoch on register for each row
  when (new.epoch is distinct from old.epoch) execute function begin_lineage();
/* Also for who loads in bulk with triggers off. */
alter table register enable always trigger epoch_begins_lineage;

/* As before; a promoted standby goes on with what it has. */
create or replace function ensure_epoch() returns integer language plpgsql as $$
declare
  answer integer;
begin
  perform set_config('machtig.lineage', 'goes on', true) from register where system_identifier = current_system_identifier();
  update register
  set epoch = epoch + 1, system_identifier = current_system_identifier(), timeline = current_timeline()
  where system_identifier <> current_system_identifier() or timeline <> current_timeline();
  perform set_config('machtig.lineage', '', true);
  select epoch into strict answer from register;
  return answer;
end $$;

/* With the migrations: what they say the facts are is in the projection as well. */
create function lineage_of_register() returns text language sql stable as $$
  select r.lineage || ' ' || md5((select string_agg(number::text, ',' order by number) from migrations)) from register r
$$;
