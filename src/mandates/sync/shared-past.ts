import type { ProjectionState, Reached } from '../projection.ts';
import type { Session } from './session.ts';

/**
 * Why what the projection holds is not what this register held at the same revision, or undefined when it is. A hash is chained: it stands for
 * all changes up to its own. So for each partition: the register must remember the change that was applied to it last.
 */
export async function foreignHistory(session: Session, parts: readonly Reached[]): Promise<string | undefined> {
  const told = parts.filter(({ hash }) => hash !== '');
  if (told.length === 0) return undefined;
  const rows = await session.query<{ n: string; hash: string; highest: string }>(
    `select c.revision::text as n, encode(c.hash, 'hex') as hash, h.highest::text as highest
     from (select coalesce(max(revision), 0) as highest from changes) h
     left join changes c on c.revision = any ($1::bigint[])`,
    [told.map(({ revision }) => revision.n)],
  );
  const highest = Number(rows[0]?.highest ?? 0);
  if (told.some(({ revision }) => revision.n > highest)) return 'the projection is ahead of the register';
  const known = new Map(rows.map(({ n, hash }) => [Number(n), hash]));
  const isKnown = ({ revision, hash }: Reached) => known.get(revision.n) === hash;
  return told.every(isKnown) ? undefined : 'the register remembers another change at the cursor of the projection';
}

/**
 * Whether nothing in this copy is of a past that the register does not have, whichever epochs they are in: of the same lineage,
 * and every partition at a change that the register remembers. Where no change was applied yet, the lineage says all.
 */
export async function isOfThisPast(session: Session, lineage: string, state: ProjectionState): Promise<boolean> {
  if (lineage === '' || state.lineage !== lineage) return false;
  if (state.parts.some(({ revision, hash }) => hash === '' && revision.n !== 0)) return false;
  return (await foreignHistory(session, state.parts)) === undefined;
}
