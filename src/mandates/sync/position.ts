import { AppError } from '../../domain/errors.ts';
import type { Header, Projection, ProjectionState } from '../projection.ts';
import { drawFence } from './leadership.ts';
import { type Cursor, headerOf, isSameHeader } from './projector.ts';
import { beginEpoch, isSamePlace, isSameSystem, type RegisterRow, readRegister } from './register-row.ts';
import type { Session } from './session.ts';
import { foreignHistory, isOfThisPast } from './shared-past.ts';

/**
 * From where the leader goes on: the projection's own cursor (`kept`: why it was taken into a new epoch), or not at
 * all before a rebuild.
 */
export type Position = { fence: number; header: Header } & ({ cursor: Cursor; kept?: string } | { rebuild: string });

export interface PositionOptions {
  session: Session;
  projection: Projection;
  layout: number;
  fence: number;
}

const MOVED = 'the register has moved to another Postgres or timeline';
const RAISED = 'the register has begun a new epoch';

/**
 * Compares the register with the projection and says where to go on. Opens a new epoch when the history that the
 * projection shows may not be the one that this Postgres has: a failover that lost commits, a restored backup. Where it
 * is that history after all, the copy goes on into that epoch as it is.
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
  const isReadable = state !== undefined && isSameHeader(state.header, header);

  async function goOnInto(epoch: number, seen: ProjectionState, kept: string): Promise<Position> {
    await projection.renew(seen, epoch, fence);
    return { fence, header, cursor: { epoch, n: seen.revision.n, hash: seen.hash }, kept };
  }

  if (!isSamePlace(register)) {
    // Commits may have been lost on the way here: a failover, a restored backup.
    const goesOn = isSameSystem(register);
    const keeps = isReadable && goesOn && (await isOfThisPast(session, register.lineage, state));
    const epoch = await beginEpoch(session, register, highestEpoch(state), goesOn ? 'goes on' : 'ends');
    return keeps ? goOnInto(epoch, state, MOVED) : { fence, header, rebuild: MOVED };
  }
  if (state === undefined) return { fence, header, rebuild: 'there is no projection' };
  assertNotLeftBehind(register, highestEpoch(state));
  if (state.revision.epoch < register.epoch) {
    // Perhaps begun by a leader who died before he had taken the copy there.
    const keeps = isReadable && (await isOfThisPast(session, register.lineage, state));
    return keeps ? goOnInto(register.epoch, state, RAISED) : { fence, header, rebuild: RAISED };
  }
  if (!isReadable) return { fence, header, rebuild: 'layout or key of the projection differ' };
  const foreign = await foreignHistory(session, state.parts);
  if (foreign) {
    await beginEpoch(session, register, state.revision.epoch, 'ends');
    return { fence, header, rebuild: foreign };
  }
  return { fence, header, cursor: { ...state.revision, hash: state.hash } };
}

function highestEpoch(state: ProjectionState | undefined): number {
  return Math.max(0, ...(state?.parts.map(({ revision }) => revision.epoch) ?? []));
}

/** @throws AppError `not_ready` */
function assertNotLeftBehind({ epoch }: RegisterRow, shown: number): void {
  if (shown <= epoch) return;
  throw new AppError(
    'not_ready',
    `the projection shows epoch ${shown}, this register only ${epoch}: another primary has ` +
      'taken over. If this is the right one, raise register.epoch above that number.',
  );
}
