import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AdminProcess, startAdminProcess } from '../support/admin-process.ts';
import { cloneDatabase, type TestDatabase } from '../support/database.ts';
import { AUDIENCE } from '../support/login-provider.ts';
import { makeRoot, type Signatory, signRequest } from '../support/qualified-certificates.ts';

let folder: string;
let database: TestDatabase;
let admin: AdminProcess;
let willem: Signatory;
let another: Signatory;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'machtig-signed-'));
  const root = makeRoot(folder);
  willem = root.authority().person({ subject: '/CN=Willem/serialNumber=W-1' });
  another = root.authority().person({ subject: '/CN=Another/serialNumber=A-1' });
  const trust = join(folder, 'trust.pem');
  await writeFile(trust, root.pem);
  database = await cloneDatabase({ empty: true });
  const signatures = { trust, serial_number_claim: 'certificate_serial_number' };
  admin = await startAdminProcess(database.url, undefined, { signatures });
});
afterAll(async () => {
  await admin?.end();
  await database?.drop();
  await rm(folder, { recursive: true, force: true });
});

const TARGET = '/v1/mandates';
const GRANT = {
  represented: 'urn:nl:kvk:90000001',
  delegates: [{ party: 'urn:nl:kvk:90000012' }],
  kind: 'business',
  services: ['5e000000-0000-4000-8000-000000000002'],
  operations: 'all',
  branches: 'all',
  cases: 'all',
  loa: 'eh4',
  valid_until: '2027-12-31T00:00:00Z',
};

/** Grants at eh4, with a signature of somebody or without. */
async function grant(signatory?: Signatory, idempotencyKey: string = randomUUID(), body: object = GRANT) {
  const request = { audience: AUDIENCE, method: 'POST', target: TARGET, idempotencyKey };
  const signature =
    signatory && (await signRequest({ ...request, body: Buffer.from(JSON.stringify(GRANT)) }, signatory));
  return admin.call('willem@weide', 'POST', TARGET, {
    body,
    loa: 'eh4',
    claims: { certificate_serial_number: 'W-1' },
    headers: { 'idempotency-key': idempotencyKey, ...(signature && { 'signature-jws': signature }) },
  });
}

describe('a mandate at eh4', () => {
  it('is not granted without a signature', async () => {
    const { status, body } = await grant();
    expect({ status, body }).toMatchObject({ status: 403, body: { reasons: ['signature_required'] } });
  });

  it('is granted once to whoever signs the request, and the chain of changes names his certificate', async () => {
    const idempotencyKey = randomUUID();
    const first = await grant(willem, idempotencyKey);
    expect(first).toMatchObject({ status: 201 });
    expect((await grant(willem, idempotencyKey)).body).toEqual(first.body);
    const { rows } = await database.pool.query(
      "select acted_by from changes where acted_by ->> 'signature' = $1 and entity = 'mandate' and operation = 'insert'",
      [willem.fingerprint],
    );
    expect(rows).toHaveLength(1);
    expect(rows[0].acted_by).toMatchObject({ act: 'mandate.grant', loa: 'eh4' });
  });

  it('is not granted on the signature of another, or over something else', async () => {
    expect(await grant(another)).toMatchObject({ status: 401, body: { reasons: ['certificate_of_another'] } });
    const more = { ...GRANT, delegates: [{ party: 'urn:nl:kvk:90000003' }] };
    expect(await grant(willem, undefined, more)).toMatchObject({ status: 401, body: { reasons: ['signature_wrong'] } });
  });
});
