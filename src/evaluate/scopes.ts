import type { ServiceFacts } from '../domain/facts.ts';
import { type ScopeKey, scopeKey } from '../mandates/record-key.ts';

/** The scope keys under which mandates for some services are found, each once, and which of them are each service's. */
export interface ScopePlan {
  keys: readonly ScopeKey[];
  services: readonly { service: ServiceFacts; at: readonly number[] }[];
}

/** @param caseId as asked; mandates limited to that case stand under a key of its own. */
export function planScopes(services: readonly ServiceFacts[], caseId: string | undefined): ScopePlan {
  const [only] = services;
  if (only === undefined || services.length > 1 || caseId !== undefined) return makePlan(services, caseId);
  const known = plans.get(only);
  if (known !== undefined) return known;
  const plan = makePlan(services, undefined);
  plans.set(only, plan);
  return plan;
}

/** Of services asked for by themselves: their facts are the same object until they change. */
const plans = new WeakMap<ServiceFacts, ScopePlan>();

function makePlan(services: readonly ServiceFacts[], caseId: string | undefined): ScopePlan {
  const places = new Map<ScopeKey, number>();
  const placeOf = (key: ScopeKey): number => {
    const known = places.get(key);
    if (known !== undefined) return known;
    places.set(key, places.size);
    return places.size - 1;
  };
  const planned = services.map((service) => ({ service, at: scopeKeys(service, caseId).map(placeOf) }));
  return { keys: [...places.keys()], services: planned };
}

function scopeKeys(service: ServiceFacts, caseId: string | undefined): ScopeKey[] {
  const keys = [scopeKey.service(service.service_uuid)];
  for (const set of Object.keys(service.sets)) keys.push(scopeKey.set(set));
  keys.push(scopeKey.owner(service.owner), scopeKey.everything);
  if (caseId !== undefined) keys.push(scopeKey.case(service.service_id, caseId));
  return keys;
}
