import { describe, expect, it } from 'vitest';
import type { MandateFacts, PartyFacts, ServiceFacts } from '../../src/domain/facts.ts';
import { makePack } from '../../src/evaluate/dossier-pack.ts';
import { unpack } from '../../src/evaluate/dossier-unpack.ts';
import type { Gathered } from '../../src/evaluate/gather.ts';
import { ANNA, FIRM, NOW, OFFICE } from '../support/decide-world.ts';

const terms = { active: true, loa: 'eh3' as const, kinds: {}, grounds: {}, chains: true, branches: true };
const SERVICE: ServiceFacts = {
  ...{ service_id: 'service', service_uuid: FIRM, owner: OFFICE, domain: 'general', sets: {}, sub_services: [] },
  ...{ definition: terms, instance: terms, follow_up: 'both' },
};
const firm: PartyFacts = { party_id: FIRM, kind: 'organisation', states: [], kvk: '12345678', has_branches: true };
const anna: PartyFacts = {
  ...{ party_id: ANNA, kind: 'person', states: [{ state: 'bewind', since: NOW }], birth_date: '1970-02-28' },
  has_branches: false,
};
const mandate: MandateFacts = {
  ...{ mandate_id: OFFICE, kind: 'business', status: 'active', valid_from: NOW, loa: 'eh3', granted_at: NOW - 1 },
  ...{ scope: { by: 'set', set: ANNA, version: 3 }, operations: 'all', branches: 'all', cases: 'all' },
};
const plain: Gathered = {
  request: { loa: 'eh4' },
  actor: { party: anna, means: { active: true }, loa: 'eh4' },
  represented: { party: firm },
  together: [],
  services: [{ service: SERVICE, direct: [{ ...mandate, valid_until: NOW + 1 }], chains: [] }],
  via_needed: false,
};
const withMandate = (facts: object): Gathered => ({
  ...plain,
  services: [{ service: SERVICE, direct: [{ ...mandate, ...facts }], chains: [] }],
});

/** Its text, if it comes out as it went in behind what stands in front of it. */
function packed(gathered: Gathered, pack = makePack()): string | undefined {
  const found = pack(gathered, 'front');
  if (found) expect(unpack(found, 'front'.length)).toStrictEqual(gathered);
  return found?.text;
}

describe('packing what was gathered', () => {
  const full: [string, Gathered][] = [
    ['a mandate', plain],
    ['nobody and nothing', { ...plain, actor: {}, represented: {}, services: [], service_missing: 'unknown' }],
    ['a chain', { ...plain, services: [{ ...plain.services[0], service: SERVICE, direct: [], chains: [chain()] }] }],
    ['who passed it on', withMandate({ parent: { mandate, delegate: firm }, derived_from: { delegate: FIRM } })],
    ['a parent that is gone', withMandate({ parent: {} })],
    ['an intermediary that was named', { ...plain, via: { party: firm }, via_needed: true }],
    ['an intermediary that is unknown', { ...plain, via: {} }],
    ['a portal', { ...plain, portal: { ...SERVICE, service_id: 'portal' } }],
    ['own texts', { ...plain, request: { branch: '000012345678', operation: 'read', case: 'service#1' } }],
    ['a branch', { ...plain, represented: { party: firm, branch_registered: false } }],
    ['rare facts', withMandate({ ground: 'owner', survivor: true, joint: { required: 2, with: [ANNA] } })],
    ['facts that came later', withMandate({ colour: 'red', granted_at: -1 })],
    ['a party with two numbers', { ...plain, actor: { party: { ...anna, kvk: '12345678' } } }],
  ];

  it.each(full)('gives back %s', (_, gathered) => {
    expect(packed(gathered)).toBeDefined();
  });

  it('keeps ids, numbers and moments alone for each', () => {
    const pack = makePack();
    packed(plain, pack);
    const other = withMandate({ mandate_id: ANNA, valid_from: NOW + 5, valid_until: NOW + 7 });
    const again = pack({ ...other, actor: { ...other.actor, party: { ...anna, party_id: OFFICE } } }, '');
    expect(again?.addedBytes).toBe(0);
    expect(again?.text.length).toBeLessThan(200);
  });

  it('hands out services as they are, and all else anew', () => {
    const found = makePack()(plain, '');
    if (found === undefined) throw new Error('it was not packed');
    const [one, other] = [unpack(found, 0), unpack(found, 0)];
    expect(one.services[0]?.service).toBe(SERVICE);
    expect(one.services[0]?.direct[0]).not.toBe(other.services[0]?.direct[0]);
  });

  it.each([
    ['several actors', { ...plain, together: [{ loa: 'eh4' }] }],
    ['text beyond one byte', { ...plain, request: { operation: 'α' } }],
    ['moments without end', withMandate({ valid_until: Number.MAX_SAFE_INTEGER })],
    ['parts of moments', withMandate({ valid_until: 0.5 })],
    ['a moment that is none', withMandate({ granted_at: Number.NaN })],
  ])('leaves %s as it is', (_, gathered) => {
    expect(packed(gathered)).toBeUndefined();
  });

  it('begins another list of what is shared when one is full, and reads from both', () => {
    const pack = makePack();
    const all = Array.from({ length: 3000 }, (_, n) => withMandate({ operations: [`operation ${n}`] }));
    const found = all.map((gathered) => pack(gathered, ''));
    expect(new Set(found.map((one) => one?.shared)).size).toBeGreaterThan(2);
    for (const [n, one] of found.entries()) expect(one && unpack(one, 0)).toStrictEqual(all[n]);
  });
});

function chain() {
  return {
    intermediary: { ...firm, party_id: OFFICE },
    first: [mandate],
    second: [{ ...mandate, reach: 'both' as const }],
  };
}
