import { AppError } from '../../domain/errors.ts';
import { formatRevision, type Revision } from '../../domain/revision.ts';
import type { Acting } from '../acting.ts';
import { readOwnerReach } from '../insight/owner-reach.ts';
import { type ChangeLine, type CloudEvent, type Scope, toEvent } from './event.ts';

export interface EventsWish {
  /** The `next` of an earlier answer; absent: from the first change on. */
  after?: Revision;
  limit: number;
  /** Only changes of this entity, or of this one of its kind. */
  entity?: string;
  entityId?: string;
}

export interface Events {
  items: CloudEvent[];
  /** Cursor behind everything that was looked at, also what was not for this reader. */
  next: string;
  /** There was more to look at: ask again at once. */
  more: boolean;
}

/** So many changes are looked at for one answer at most, however few of them are for this reader. */
const LOOKED_AT = 5000;

/**
 * Changes in commit order, without gaps, as CloudEvents (R114, R124). The registrar reads all of them; a service owner
 * those of its own services and of mandates that reach them.
 * @throws AppError `act_refused` | `epoch_mismatch` when the cursor is of another epoch, or beyond the last change
 */
export async function readEvents(acting: Acting, wish: EventsWish): Promise<Events> {
  const scope = await scopeOf(acting);
  const { epoch, last } = await headOf(acting);
  const { n } = wish.after ?? { n: 0 };
  if (wish.after && (wish.after.epoch !== epoch || n > last)) {
    throw new AppError('epoch_mismatch', 'the register began anew since this cursor; read from the first event again');
  }
  const high = wish.entityId === undefined ? Math.min(last, n + LOOKED_AT) : last;
  const { rows } = await acting.client.query<ChangeLine>(CHANGES, [
    n,
    high,
    wish.entity ?? null,
    wish.entityId ?? null,
    wish.limit + 1,
    scope.role === 'registrar',
    [...scope.services],
    [...scope.instances],
    [...scope.sets],
    scope.ownerId ?? null,
  ]);
  const page = rows.slice(0, wish.limit);
  const isFull = rows.length > wish.limit;
  const reached = isFull ? Number(page.at(-1)?.n) : high;
  return {
    items: page.map((line) => toEvent(line, scope)),
    next: formatRevision({ epoch, n: reached }),
    more: isFull || high < last,
  };
}

/** Who reads; refused to whoever the rules do not let read events. */
async function scopeOf(acting: Acting): Promise<Scope> {
  const none = { services: new Set<string>(), instances: new Set<string>(), sets: new Set<string>() };
  const { system } = acting.session;
  if (system?.role !== 'service_owner') {
    await acting.authorise({ name: 'events.read' });
    if (system?.role === 'registrar') return { ...none, role: 'registrar' };
    throw new AppError('act_refused', 'events are for systems', { reasons: ['not_entitled'] });
  }
  const { ownerId, services, instances, sets } = await readOwnerReach(acting);
  await acting.authorise({ name: 'events.read', owners: [ownerId] });
  return {
    role: 'service_owner',
    ownerId,
    services: new Set(services),
    instances: new Set(instances),
    sets: new Set(sets),
  };
}

async function headOf({ client }: Acting): Promise<{ epoch: number; last: number }> {
  const { rows } = await client.query<{ epoch: number; last: string }>(
    'select (select epoch from register) as epoch, coalesce(max(revision), 0) as last from changes',
  );
  const [head] = rows;
  return { epoch: head?.epoch ?? 1, last: Number(head?.last ?? 0) };
}

const CHANGES = `
  select c.revision as n, c.epoch, utc(c.at) as at, c.entity, c.entity_id, change_verb(c) as verb, c.relation,
    c.before, c.after, c.acted_by as by
  from changes c
  where c.revision > $1 and c.revision <= $2
    and ($3::text is null or c.entity = $3) and ($4::text is null or c.entity_id = $4)
    and ($6::boolean or case c.entity
      when 'service' then c.entity_id = any ($8::text[])
      when 'definition' then c.entity_id = any ($7::text[])
      when 'set' then c.entity_id = any ($9::text[])
      when 'owner' then c.entity_id = ($10::uuid)::text
      when 'mandate' then reaches_owner(c.before, $7::text[], $9::text[], $10::uuid)
        or reaches_owner(c.after, $7::text[], $9::text[], $10::uuid)
      else false end)
  order by c.revision limit $5`;
