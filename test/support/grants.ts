import type { Acting, Session } from '../../src/administer/acting.ts';
import { type Granted, type GrantWish, grantMandates } from '../../src/administer/grants/grant.ts';
import type { MandateWish } from '../../src/administer/grants/wish.ts';
import { AppError } from '../../src/domain/errors.ts';
import type { AdminWorld } from './admin.ts';

/** Services of the example register. */
export const LIVESTOCK_REPORT = '5e000000-0000-4000-8000-000000000001';
export const ENERGY_LABEL = '5e000000-0000-4000-8000-000000000005';
export const VAT = '5e000000-0000-4000-8000-000000000010';
export const INCOME_TAX = '5e000000-0000-4000-8000-000000000012';
export const PERMIT = '5e000000-0000-4000-8000-000000000021';
export const CARE = '5e000000-0000-4000-8000-000000000030';
export const MANAGING = '5e000000-0000-4000-8000-000000000041';

/** Of a mandate, as the API answers it. */
export interface View {
  mandate_id: string;
  name: string;
  kind: string;
  status: string;
  valid_from: string;
  valid_until?: string;
  lapses_at?: string;
  granted_under?: string;
  granted_by?: { party_id: string };
  represented: { party_id: string };
  delegate: { party_id: string };
  revision?: string;
}

/** A mandate for one service, unlimited, until the end of 2027, but for what is said. */
export function terms(service: string, change: Partial<MandateWish> = {}): MandateWish {
  return {
    kind: 'business',
    services: [service],
    operations: 'all',
    branches: 'all',
    cases: 'all',
    loa: 'eh3',
    valid_until: '2028-01-01T00:00:00Z',
    ...change,
  };
}

export const named = (world: AdminWorld, key: string) => ({ party: { partyId: world.party(key) } });

/** Acts as somebody, in a transaction of his own. */
export async function doAs<T>(world: AdminWorld, session: Session, act: (acting: Acting) => Promise<T>): Promise<T> {
  return (await world.administer.write(session, {}, act)).value;
}

export type GrantedViews = Omit<Granted, 'mandates'> & { mandates: View[] };

export function grantAs(
  world: AdminWorld,
  session: Session,
  [represented, ...delegates]: [string, ...string[]],
  change: MandateWish & Partial<GrantWish>,
): Promise<GrantedViews> {
  const wish = {
    represented: { partyId: world.party(represented) },
    delegates: delegates.map((one) => named(world, one)),
    ...change,
  };
  // As SQL's `mandate_view` makes them.
  return doAs(world, session, (acting) => grantMandates(acting, wish)) as Promise<GrantedViews>;
}

/** Code and reasons, or places of faults, with which something was refused. */
export async function refusalOf(act: Promise<unknown>): Promise<string[]> {
  const thrown = await act.then(
    () => new Error('nothing was refused'),
    (error: unknown) => error,
  );
  if (!(thrown instanceof AppError)) throw thrown;
  return [thrown.code, ...thrown.reasons, ...thrown.faults.map(({ at }) => at)];
}
