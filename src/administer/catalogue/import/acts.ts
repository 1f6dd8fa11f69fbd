import type { Act } from '../../acting.ts';
import type { CatalogueDiff } from './diff.ts';
import type { Plan } from './plan.ts';
import type { RegisterState } from './register-state.ts';

/**
 * Every act that applying a diff is, each with the owners whom it concerns: an import is no way around them. The first
 * is the import itself, in the name of its providers.
 */
export function actsOf({ entries }: CatalogueDiff, plan: Plan, state: RegisterState): Act[] {
  const instance = new Map(plan.instances.map((one) => [one.service_id, one]));
  const acts = entries.flatMap(({ entity, id, change, fields }): Act[] => {
    if (entity === 'owner') return [{ name: 'owner.register', owners: [] }];
    if (entity === 'service') return [serviceAct(id, change === 'added', plan, state)];
    const owner = instance.get(id)?.owner_id;
    const own = owner === undefined ? [] : [owner];
    if (entity === 'portal')
      return [{ name: 'instance.change', owners: unique([...own, ...joining(id, plan, state)]) }];
    const service = state.services.get(instance.get(id)?.service_uuid ?? '');
    const act: Act = { name: change === 'added' ? 'instance.define' : 'instance.change', owners: own };
    const opens = fields.some(({ field, after }) => field === 'active' && after === true);
    // Mandates on a definition that is there reach an instance that is new, or open again.
    return service && opens ? [act, { name: 'service.change', owners: service.owners }] : [act];
  });
  const all: Act[] = [importAct(plan), ...acts];
  return [...new Map(all.map((act) => [JSON.stringify([act.name, act.owners]), act])).values()];
}

export function importAct({ owners }: Pick<Plan, 'owners'>): Act {
  return { name: 'catalogue.import', owners: owners.map(({ owner_id }) => owner_id) };
}

function serviceAct(id: string, isNew: boolean, plan: Plan, state: RegisterState): Act {
  if (!isNew) return { name: 'service.change', owners: state.services.get(id)?.owners ?? [] };
  const offering = plan.instances.filter(({ service_uuid }) => service_uuid === id);
  return { name: 'service.define', owners: unique(offering.map(({ owner_id }) => owner_id)) };
}

/** Owners of what newly comes behind a portal. */
function joining(portal: string, plan: Plan, state: RegisterState): string[] {
  const there = state.portals.get(portal) ?? [];
  return (plan.portals.get(portal) ?? [])
    .filter((one) => !there.includes(one))
    .flatMap((id) => {
      const owner = plan.instances.find(({ service_id }) => service_id === id) ?? state.instances.get(id);
      return owner ? [owner.owner_id] : [];
    });
}

function unique(list: readonly string[]): string[] {
  return [...new Set(list)];
}
