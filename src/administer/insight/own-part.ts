import type { OwnerReach } from './owner-reach.ts';

type View = Readonly<Record<string, unknown>>;

/**
 * Of a mandate's view what a service owner may know: who holds it for whom and since when, and of what it covers that
 * which is its own. Evidence, causes and co-holders are between the parties.
 */
export function ownPart(view: View, { ownerId, services, instances, sets }: OwnerReach): Record<string, unknown> {
  const { evidence, joint, status_cause, owner, ...rest } = view;
  const own = (list: unknown, isOwn: (item: unknown) => boolean) => (Array.isArray(list) ? list.filter(isOwn) : list);
  return {
    ...rest,
    services: own(view.services, (one) => services.includes(fieldOf(one, 'service_uuid'))),
    sets: own(view.sets, (one) => sets.includes(fieldOf(one, 'set_id'))),
    cases: own(view.cases, (one) => instances.includes(String(one).split('#')[0] ?? '')),
    evidence: [],
    ...(fieldOf(owner, 'owner_id') === ownerId && { owner }),
  };
}

function fieldOf(item: unknown, name: string): string {
  if (typeof item !== 'object' || item === null) return '';
  return String(Object.entries(item).find(([key]) => key === name)?.[1] ?? '');
}
