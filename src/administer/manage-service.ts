import { AppError } from '../domain/errors.ts';
import type { ServiceFacts } from '../domain/facts.ts';
import type { Lookups } from '../mandates/lookups.ts';
import { recordKey } from '../mandates/record-key.ts';

/** @throws AppError `not_ready` when the catalogue has no such service: then nobody can manage anything */
export async function findManageService(
  lookups: Lookups,
  serviceId: string,
): Promise<{ serviceId: string; serviceUuid: string }> {
  const [found] = await lookups.read([recordKey.service(serviceId)]);
  // Under a service key stands a service.
  const service = found as ServiceFacts | null | undefined;
  if (!service) throw new AppError('not_ready', `the catalogue has no service ${serviceId} to manage mandates with`);
  return { serviceId, serviceUuid: service.service_uuid };
}
