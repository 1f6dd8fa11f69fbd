import type pg from 'pg';
import { AppError } from '../../domain/errors.ts';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/**
 * The definition that a ServiceUUID or a ServiceID names; mandates hang on definitions.
 * @throws AppError `invalid_request` at `/service`
 */
export async function serviceUuidOf(client: pg.ClientBase, name: string): Promise<string> {
  const text = UUID.test(name)
    ? 'select service_uuid from services where service_uuid = $1'
    : 'select service_uuid from service_instances where service_id = $1';
  const { rows } = await client.query<{ service_uuid: string }>(text, [name]);
  const found = rows[0]?.service_uuid;
  if (found !== undefined) return found;
  throw new AppError('invalid_request', 'the service is unknown', {
    faults: [{ at: '/service', message: 'no service is known by this' }],
  });
}
