import { numberOf, type Writers } from './http-writers.ts';

export interface FeedEvent {
  id: string;
  type: string;
  subject: string;
  data: {
    relation: string;
    before: Record<string, unknown> | null;
    after: Record<string, unknown> | null;
    by: { request_id?: string };
  };
}

/** Reads the feed as the registrar, from the first event on, also while others write; ends when `isOver` and all is read. */
export async function followFeed({ read }: Writers, isOver: () => boolean): Promise<FeedEvent[]> {
  const found: FeedEvent[] = [];
  for (let cursor = '', goesOn = true; goesOn; ) {
    const wasOver = isOver();
    const { body } = await read('registrar', `/events?limit=500&wait=${wasOver ? 0 : 1}${cursor}`);
    found.push(...body.items);
    goesOn = body.more || !wasOver;
    cursor = `&after=${body.next}`;
  }
  return found;
}

export const placeOf = ({ id }: Pick<FeedEvent, 'id'>): number => numberOf(id);
