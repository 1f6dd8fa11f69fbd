-- The audit chain, checked piece by piece, so that a chain of any length takes bounded memory.

/*
 * What is wrong with the chain between two revisions (both inclusive), if anything, first fault first. The change
 * before the first must be there too, unless that is the first of all.
 */
create function verify_changes_between(low bigint, high bigint) returns table (revision bigint, fault text)
language sql stable as $$
  select expected.revision, case
    when c.revision is null then 'missing'
    when c.hash <> change_hash(c) then 'altered'
    else 'does not follow the change before it' end
  from generate_series(low, high) as expected (revision)
    left join changes c on c.revision = expected.revision
    left join changes p on p.revision = expected.revision - 1
  where c.revision is null or c.hash <> change_hash(c)
    or c.prev_hash is distinct from case when expected.revision = 1 then decode(repeat('00', 32), 'hex') else p.hash end
  order by 1
$$;

/*
 * Changes are written by the triggers alone, with their owner's rights. Whoever may write mandates thereby writes the
 * chain, and needs no right to it himself: nobody can add a change that did not happen.
 */
do $$
declare
  writer text;
begin
  for writer in
    select oid::regprocedure from pg_proc
    where pronamespace = current_schema()::regnamespace and prorettype = 'trigger'::regtype
      and prosrc ~ '\mwrite_(entity_)?change\('
  loop
    execute format('alter function %s security definer set search_path = %I, pg_temp', writer, current_schema());
  end loop;
end $$;
