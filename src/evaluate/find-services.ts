import { AppError } from '../domain/errors.ts';
import type { ServiceFacts } from '../domain/facts.ts';
import { recordKey } from '../mandates/record-key.ts';
import { required } from './incomplete.ts';
import type { Strand } from './strand.ts';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const MAX_SUB_SERVICES = 100;

export interface ServicesFound {
  /** ServiceID found, or the name asked when none was: cases belong to a ServiceID. */
  name: string;
  /** One, or those behind a portal, or none. */
  services: ServiceFacts[];
  portal?: ServiceFacts;
  missing?: 'unknown' | 'ambiguous';
}

/**
 * Finds the service by ServiceID, or by ServiceUUID when that has one active instance; a portal with what it holds.
 * @throws IncompleteError
 */
export function* findServices(name: string): Strand<ServicesFound> {
  const byDefinition = UUID.test(name);
  const [direct, definition] = yield byDefinition
    ? [recordKey.service(name), recordKey.definition(name.toLowerCase())]
    : [recordKey.service(name)];
  // Records come back under the keys asked for, here and below.
  const asked = direct as ServiceFacts | null | undefined;
  if (asked) return yield* openPortal(asked);
  const instances = (definition as { instances: string[] } | null | undefined)?.instances ?? [];
  if (instances.length > 1) return { name, services: [], missing: 'ambiguous' };
  const [only] = instances;
  if (only === undefined) return { name, services: [], missing: 'unknown' };
  const [instance] = yield [recordKey.service(only)];
  return yield* openPortal(required(instance as ServiceFacts | null | undefined));
}

function* openPortal(service: ServiceFacts): Strand<ServicesFound> {
  const name = service.service_id;
  const behind = service.sub_services;
  if (behind.length === 0) return { name, services: [service] };
  if (behind.length > MAX_SUB_SERVICES) {
    throw new AppError('invalid_request', `a portal of more than ${MAX_SUB_SERVICES} services cannot be asked for`);
  }
  const found = yield behind.map(recordKey.service);
  const services = (found as (ServiceFacts | null)[]).map(required);
  // The list itself is not for the rules: they read what was found behind it.
  return { name, services, portal: { ...service, sub_services: [] } };
}
