import type { PartyId } from '../../domain/facts.ts';
import type { Act, Acting } from '../acting.ts';

/**
 * Asks the rules about a means from the side of whoever could have a say in it: the holder about himself, anybody else
 * about the employer who issued it, or without one about the holder.
 * @throws AppError `act_refused`
 */
export async function authoriseMeans(
  acting: Acting,
  name: Act['name'],
  { person, owner }: { person: PartyId; owner: PartyId | null },
): Promise<void> {
  const party = acting.actor === person ? person : (owner ?? person);
  await acting.authorise({ name, party, ...(owner !== null && { means_owner: owner }) });
}
