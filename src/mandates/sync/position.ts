import { AppError } from '../../domain/errors.ts';
import type { Header, Projection } from '../projection.ts';
import { drawFence } from './leadership.ts';
import { type Cursor, headerOf, isSameHeader } from './projector.ts';
import { beginEpoch, isSamePlace, readRegister } from './register-row.ts';
import type { Session } from './session.ts';

/** From where the leader goes on: the projection's own cursor, or not at all before a rebuild. */
export type Position = { fence: number; header: Header } & ({ cursor: Cursor } | { rebuild: string });

type State = NonNullable<Awaited<ReturnType<Projection['state']>>>;

export interface PositionOptions {
  session: Session;
  projection: Projection;
  layout: number;
  fence: number;
}

/**
 * Compares the register with the projection and says where to go on. Opens a new epoch when the history that the
 * projection shows is not the one that this Postgres has: a failover that lost commits, a restored backup.
 * @throws AppError `not_ready` when this Postgres must not be projected: a standby, or a primary left behind.
 */
export async function takePosition(options: PositionOptions): Promise<Position> {
  const { session, projection, layout } = options;
  const register = await readRegister(session);
  if (register.standby) throw new AppError('not_ready', 'this Postgres is a standby: sync needs the primary');
  const state = await projection.state();
  // The same number was seen already: ours from before, or that of a leader on the Postgres from before a failover.
  const fence = state && state.fence >= options.fence ? await drawFence(session, state.fence) : options.fence;
  const header = headerOf(layout, register);

  if (!isSamePlace(register)) {
    // Commits may have been lost on the way here: a failover, a restored backup.
    await beginEpoch(session, register, state?.revision.epoch ?? 0);
    return { fence, header, rebuild: 'the register has moved to another Postgres or timeline' };
  }
  if (state === undefined) return { fence, header, rebuild: 'there is no projection' };
  if (state.revision.epoch > register.epoch) {
    throw new AppError(
      'not_ready',
      `the projection shows epoch ${state.revision.epoch}, this register only ${register.epoch}: another primary has ` +
        'taken over. If this is the right one, raise register.epoch above that number.',
    );
  }
  if (state.revision.epoch < register.epoch) return { fence, header, rebuild: 'the register has begun a new epoch' };
  if (!isSameHeader(state.header, header)) {
    return { fence, header, rebuild: 'layout or key of the projection differ' };
  }
  const foreign = await foreignHistory(session, state);
  if (foreign) {
    await beginEpoch(session, register, state.revision.epoch);
    return { fence, header, rebuild: foreign };
  }
  return { fence, header, cursor: { ...state.revision, hash: state.hash } };
}

/** Why the change at the projection's cursor is not one of this Postgres, or undefined when it is. */
async function foreignHistory(session: Session, { revision, hash }: State): Promise<string | undefined> {
  if (hash === '') return undefined;
  const [row] = await session.query<{ hash: string | null; highest: string | null }>(
    `select (select encode(hash, 'hex') from changes where revision = $1) as hash,
            (select max(revision) from changes) as highest`,
    [revision.n],
  );
  if (revision.n > Number(row?.highest ?? 0)) return 'the projection is ahead of the register';
  return row?.hash === hash ? undefined : 'the register remembers another change at the cursor of the projection';
}
