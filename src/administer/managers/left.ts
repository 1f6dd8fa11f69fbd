import type { PartyId } from '../../domain/facts.ts';
import type { Acting } from '../acting.ts';

/**
 * How many managers and legal representatives a party keeps when these mandates end (R92); undefined when nobody manages
 * by them. Lock the lives of the mandates first.
 */
export async function managersLeft(
  { client, manage, now }: Acting,
  represented: PartyId,
  ending: readonly string[],
): Promise<number | undefined> {
  const { rows } = await client.query<{ left: number | null }>('select managers_left($1, $2, $3, $4) as left', [
    represented,
    ending,
    manage.serviceUuid,
    now,
  ]);
  return rows[0]?.left ?? undefined;
}
