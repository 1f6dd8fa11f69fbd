import { OPERATIONS } from '../../src/http/admin/all-operations.ts';
import type { AdminAppDeps } from '../../src/http/admin/app.ts';
import type { Operation } from '../../src/http/admin/operation.ts';
import type { AdminWorld } from './admin.ts';
import { anAdminApp, knowsBy } from './admin-app.ts';

/**
 * The admin API over HTTP on a world: `Bearer willem`, `Bearer willem@eh4`, `Bearer willem@eh3 for bakery` are persons of
 * the example register; `Bearer registrar`, `Bearer court` and `Bearer owner 00000003800000020000` are systems.
 */
export function anAdminHttp(
  world: AdminWorld,
  deps: Partial<AdminAppDeps> & { operations?: readonly Operation[] } = {},
) {
  const { operations = OPERATIONS, ...more } = deps;
  return anAdminApp(operations, {
    administer: world.administer,
    authenticate: knowsBy((name) => sessionOf(world, name)),
    now: () => world.clock.now,
    limits: { perCaller: { requests: 1_000_000, seconds: 1 } },
    ...more,
  });
}

function sessionOf(world: AdminWorld, name: string) {
  if (name === 'registrar' || name === 'court') return world.system(name);
  // Nobody in the example register, as in `machtig dev`.
  if (name === 'newcomer') {
    return { person: { identifier: { scheme: 'bsn' as const, value: '999990019' }, loa: 'eh3' }, requestId: 'test' };
  }
  const [, oin] = /^owner ([0-9]{20})$/.exec(name) ?? [];
  if (oin !== undefined) return world.system('service_owner', oin);
  const [, key = '', loa, party] = /^([\w-]+)(?:@(\w+))?(?: for ([\w-]+))?$/.exec(name) ?? [];
  try {
    return world.as(key, { ...(loa && { loa }), ...(party && { party }) });
  } catch {
    return undefined;
  }
}
