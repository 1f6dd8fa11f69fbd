import { z } from 'zod';
import type { Administer, Session } from '../../../administer/acting.ts';
import { ENTITIES } from '../../../administer/events/event-columns.ts';
import { type Events, type EventsWish, readEvents } from '../../../administer/events/read-events.ts';
import { AppError } from '../../../domain/errors.ts';
import { parseRevision } from '../../../domain/revision.ts';
import { defineOperation, type Operation } from '../operation.ts';
import { moment, revision, text } from '../wire.ts';

const event = z
  .object({
    specversion: z.literal('1.0'),
    id: revision.meta({ description: 'Of the change; unique, and in the order of commit.' }),
    source: z.literal('urn:machtig:register'),
    type: z.string().meta({ examples: ['nl.machtig.mandate.revoked.v1'] }),
    subject: z.string().meta({ description: 'Id of what changed.' }),
    time: moment,
    datacontenttype: z.literal('application/json'),
    data: z.object({
      relation: z.string(),
      before: z.record(z.string(), z.unknown()).nullable(),
      after: z.record(z.string(), z.unknown()).nullable(),
      by: z.record(z.string(), z.unknown()),
    }),
  })
  .meta({ title: 'CloudEvent 1.0' });

const read = defineOperation({
  id: 'readEvents',
  method: 'get',
  path: '/events',
  tag: 'Events',
  summary: 'Everything that changed, in the order of commit',
  description:
    'CloudEvents 1.0 made of the audit chain, without gaps; kept as long as the chain itself. Begin without `after`, ' +
    'then ask with the `next` of the answer before. 409 `epoch_mismatch`: the register was restored or loaded anew; ' +
    'begin again without `after`, and leave out the ids that you know. The registrar reads everything; a service ' +
    'owner what touches its own services. With `entity` and `entityId` it is the log of one thing, for auditors.',
  requirements: ['R16', 'R114', 'R124', 'R125'],
  query: z.object({
    after: revision.optional().meta({ description: '`next` of an earlier answer.' }),
    limit: z.coerce.number().int().min(1).max(1000).default(100),
    wait: z.coerce.number().int().min(0).max(30).default(0).meta({
      description: 'Seconds to wait for a first event, when there is none yet.',
    }),
    entity: z.enum(ENTITIES).optional(),
    entityId: text(300).optional().meta({ description: 'Only with `entity`.' }),
  }),
  answers: {
    200: {
      description: 'A batch, possibly empty.',
      schema: z.object({
        items: z.array(event),
        next: revision.meta({ description: 'Cursor for the next request; it moves also when there are no events.' }),
        more: z.boolean().meta({ description: 'There is more to read at once.' }),
      }),
    },
    409: { description: 'The cursor is of a register that began anew since: read from the first event again.' },
  },
  async handle({ session, query, administer }) {
    const { limit, entity, entityId } = query;
    if (entityId !== undefined && entity === undefined) {
      throw new AppError('invalid_request', 'an id of what', {
        faults: [{ at: '?entityId', message: 'needs `entity` beside it' }],
      });
    }
    const after = query.after === undefined ? undefined : parseRevision(query.after);
    const wish: EventsWish = {
      limit,
      ...(after && { after }),
      ...(entity !== undefined && { entity }),
      ...(entityId !== undefined && { entityId }),
    };
    return { status: 200, body: await readOrWait(administer, session, wish, query.wait * 1000) };
  },
});

/** Looks again whenever something was committed, until there is an event or the time is up. */
async function readOrWait(administer: Administer, session: Session, wish: EventsWish, waitMs: number): Promise<Events> {
  const until = performance.now() + waitMs;
  for (let from = wish; ; ) {
    // Listen before looking, so that nothing is missed between the two.
    const left = until - performance.now();
    const change = left > 0 ? administer.nextChange(left) : undefined;
    const found = await administer.read(session, (acting) => readEvents(acting, from));
    if (found.items.length > 0 || found.more || change === undefined) return found;
    const next = parseRevision(found.next);
    if (next) from = { ...wish, after: next };
    if (!(await change)) return found;
  }
}

export const eventsOperations: readonly Operation[] = [read];
