-- What the life of mandates needs beside the register itself: who manages, and which mandates are renewals.

create index mandates_by_renewal on mandates (renews) where renews is not null;

/*
 * A renewal that has not begun takes over where the old mandate ends: when that is stopped, so is the renewal, or whoever
 * was stopped would be back without anybody having said so (R75, R77). One that has begun stands by itself.
 */
create function stop_renewals() returns trigger language plpgsql as $$
begin
  update mandates
  set status = case when status in ('active', 'suspended') then new.status else 'lapsed' end,
      status_cause = format('renews %s, which was %s', new.mandate_id, new.status)
  where renews = new.mandate_id and valid_from > now()
    and case new.status when 'suspended' then status = 'active' else not is_final(status) end;
  return null;
end $$;

create trigger renewal_stops_with_what_it_renews after update of status on mandates for each row
  when (new.status in ('suspended', 'revoked') and old.status <> new.status) execute function stop_renewals();

/* Whether its scope covers a service, in whichever way; sets as its grantor confirmed them. */
create function covers_service(m mandates, service uuid) returns boolean language sql stable as $$
  select m.all_services or service = any (m.services)
    or exists (select from service_instances i where i.owner_id = m.owner_id and i.service_uuid = service and i.active)
    or m.sets <> '[]' and exists (select from jsonb_array_elements(m.sets) as c
      join service_set_members x on x.set_id = (c ->> 'set')::uuid and x.service_uuid = service
      join service_sets t on t.set_id = x.set_id
      where x.since_version <= (c ->> 'version')::integer and coalesce(x.until_version > t.version, true))
$$;

/* Whether by it somebody manages the mandates of an organisation at a moment (R91, R92, R106). */
create function is_managing(m mandates, manage uuid, at timestamptz) returns boolean language sql stable as $$
  select m.represented_kind = 'organisation' and m.status = 'active' and m.valid_from <= at
    and coalesce(m.valid_until > at, true)
    and (m.kind = 'employee' and m.delegate_kind = 'person'
      or coalesce(m.ground in ('signatory', 'owner', 'bankruptcy_curator', 'liquidator'), false))
    and covers_service(m, manage)
    and (m.kind = 'statutory' or loa_rank(m.loa) >= (select loa_rank(s.loa) from services s where s.service_uuid = manage))
    and not exists (select from party_states s where s.party_id = m.delegate and s.since <= at
      and coalesce(s.until > at, true) and s.state in ('deceased', 'curatele', 'dissolved', 'deregistered'))
$$;

/* Not limited to branches, cases or services: he can manage, and appoint, for the whole party. */
create function is_unlimited(m mandates) returns boolean language sql immutable
  return m.all_branches and m.all_cases and (m.all_operations or m.kind = 'statutory');

/*
 * How many managers or legal representatives a party keeps when these mandates end (R92); null when none of them is on
 * that service. Who is limited to branches or services does not count, nor a co-holder of one that ends: his mandate is
 * suspended with it. Hold the lock on the represented, or two ends at once would count each other.
 */
create function managers_left(party uuid, ending uuid[], manage uuid, at timestamptz) returns integer
language sql stable as $$
  with ends as (select m.delegate, m.joint_required is not null or coalesce(m.ground in ('signatory', 'owner'), false) as counts
    from mandates m where m.mandate_id = any (ending) and m.represented = party and m.represented_kind = 'organisation'
      and covers_service(m, manage))
  select case when exists (select from ends) then (
    select count(distinct m.delegate)::integer from mandates m
    where m.represented = party and m.kind in ('employee', 'statutory') and m.status = 'active'
      and m.mandate_id <> all (ending) and is_unlimited(m) and is_managing(m, manage, at)
      and not (m.joint_required is not null and m.joint_with && array(select delegate from ends where counts))) end
$$;
