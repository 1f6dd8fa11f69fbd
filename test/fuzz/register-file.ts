/** A small register file in which nearly everything that a file may hold stands once. */
const SERVICE = '5e000000-0000-4000-8000-000000000001';
const OTHER_SERVICE = '5e000000-0000-4000-8000-000000000002';
const SET = '5e700000-0000-4000-8000-000000000001';
const PORTAL = '5e000000-0000-4000-8000-000000000003';
const OWNER = '00000003000000000001';

const service = {
  name: 'Melden',
  description: 'Iets melden',
  consequence: 'Het is gemeld',
  loa: 'eh3',
  kinds: ['employee', 'business', 'voluntary'],
  domain: 'general',
  chains: true,
  branches: true,
  follow_up: 'delegate',
};

const mandate = {
  name: 'eerste',
  kind: 'employee',
  represented: 'bakker',
  delegate: 'anna',
  services: [SERVICE],
  operations: 'all',
  branches: 'all',
  cases: 'all',
  loa: 'eh3',
  valid_from: '2026-01-01',
  valid_until: '2030-12-31',
  granted_by: 'anna',
};

const mandateId = (n: number) => `3a000000-0000-4000-8000-00000000000${n}`;

export const REGISTER_FILE = {
  source: 'proef',
  service_owners: [{ oin: OWNER, name: 'Dienst' }],
  services: [
    { uuid: SERVICE, ...service, instances: [{ service_id: 'urn:dienst:1', owner: OWNER, loa: 'eh4' }] },
    {
      uuid: OTHER_SERVICE,
      ...service,
      operations: ['view'],
      instances: [{ service_id: 'urn:dienst:2', owner: OWNER }],
    },
    { uuid: PORTAL, ...service, instances: [{ service_id: 'urn:dienst:0', owner: OWNER }] },
  ],
  portals: [{ service_id: 'urn:dienst:0', sub_services: ['urn:dienst:1', 'urn:dienst:2'] }],
  sets: [{ id: SET, name: 'Samen', owner: OWNER, version: 2, members: [{ service: SERVICE, since: 1, until: 2 }] }],
  parties: [
    {
      ...{ key: 'bakker', kind: 'organisation', name: 'Bakker' },
      identifiers: ['urn:nl:kvk:90000001'],
      branches: [{ number: '000012345678' }],
      states: [{ state: 'bankrupt', since: '2020-01-01', until: '2021-01-01T00:00:00Z' }],
    },
    { key: 'kantoor', kind: 'organisation', name: 'Kantoor', identifiers: ['urn:nl:kvk:90000002'] },
    {
      ...{ key: 'anna', kind: 'person', name: 'Anna', birth_date: '1980-02-29' },
      identifiers: ['urn:nl:bsn:999990019'],
      means: [{ id: 'urn:etoegang:pseudonym:anna', owner: 'bakker' }],
    },
    { key: 'bram', kind: 'person', name: 'Bram', identifiers: ['urn:nl:bsn:123456782'] },
  ],
  mandates: [
    { id: mandateId(1), ...mandate },
    { id: mandateId(2), ...mandate, branches: ['000012345678'], cases: [{ service: 'urn:dienst:1', case: 'Z-1' }] },
    { id: mandateId(3), ...mandate, services: [], sets: [{ set: SET, version: 2 }], reach: 'both' },
    { id: mandateId(4), ...mandate, kind: 'business', delegate: 'kantoor', substitution: true, owner: OWNER },
    { id: mandateId(5), ...mandate, joint: { required: 2, with: ['bram'] }, operations: ['view'] },
  ],
};
