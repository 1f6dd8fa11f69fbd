import fc from 'fast-check';
import { AUTHORITIES, GROUNDS, LOAS, MANDATE_KINDS, type MandateKind, REACHES } from '../../src/domain/facts.ts';
import type { ActRow } from '../../src/workbench/cases/act-world.ts';
import { DAY, mostly, NOW, nearNow } from './arbitraries.ts';

export const OWNERS = ['o1', 'o2'];
const BRANCHES = ['b1', 'b2'];

export const yes = (oneIn: number) => mostly(fc.constant<boolean>(true), fc.constant<boolean>(false), oneIn);
export const no = (oneIn: number) => yes(oneIn).map((value) => !value);

const some = (names: readonly string[], oneIn: number) =>
  mostly(fc.constant('all' as const), fc.subarray([...names], { minLength: 1 }), oneIn);

export interface Ends {
  represented: string;
  delegate: string;
}

/** A mandate of a kind that fits its ends, as the register asks. */
export function row(id: string, ends: fc.Arbitrary<Ends>, services: fc.Arbitrary<string[]>): fc.Arbitrary<ActRow> {
  return fc
    .record({
      ends,
      services,
      kind: mostly(fc.constant('employee' as const), fc.constantFrom<MandateKind>(...MANDATE_KINDS), 2),
      ground: mostly(fc.constant('signatory' as const), fc.constantFrom(...GROUNDS), 3),
      status: mostly(
        fc.constant('active' as const),
        fc.constantFrom('requested' as const, 'offered' as const, 'suspended' as const, 'revoked' as const),
        8,
      ),
      from: mostly(fc.constant(NOW - 40 * DAY), nearNow, 10),
      until: mostly(fc.constant(NOW + 400 * DAY), nearNow, 10),
      loa: mostly(fc.constant('eh3' as const), fc.constantFrom(...LOAS), 3),
      reach: fc.constantFrom(...REACHES),
      wide: mostly(fc.constant('named' as const), fc.constantFrom('everything' as const, 'owner' as const), 8),
      owner: fc.constantFrom(...OWNERS),
      operations: some(['service:tax', 'service:manage', 'view'], 8),
      branches: some(BRANCHES, 8),
      joint: mostly(fc.constant(undefined), fc.constant({ required: 2, with: ['other'] as string[] }), 6),
      substitution: no(2),
      under: mostly(fc.constant(undefined), fc.constantFrom(...AUTHORITIES), 8),
      survivor: no(10),
      channel: mostly(fc.constant('digital' as const), fc.constant('paper' as const), 8),
      suspended_by: mostly(
        fc.constant<string>('manager'),
        fc.constantFrom<string>('court', 'registrar', 'service_owner'),
        2,
      ),
    })
    .map((made) => toRow(id, made));
}

function toRow(
  id: string,
  made: {
    ends: Ends;
    services: string[];
    kind: MandateKind;
    ground: (typeof GROUNDS)[number];
    status: ActRow['facts']['status'];
    from: number;
    until: number;
    loa: (typeof LOAS)[number];
    reach: (typeof REACHES)[number];
    wide: 'named' | 'everything' | 'owner';
    owner: string;
    operations: 'all' | string[];
    branches: 'all' | string[];
    joint: { required: number; with: string[] } | undefined;
    substitution: boolean;
    under: (typeof AUTHORITIES)[number] | undefined;
    survivor: boolean;
    channel: 'digital' | 'paper';
    suspended_by: string;
  },
): ActRow {
  const { ends, kind, status, joint, under } = made;
  const isStatutory = kind === 'statutory';
  return {
    ...ends,
    services: made.wide === 'named' ? made.services : [],
    sets: [],
    ...(made.wide === 'owner' && { owner: made.owner }),
    everything: made.wide === 'everything',
    channel: made.channel,
    evidence: [],
    ...(status === 'suspended' && { suspended_by: made.suspended_by }),
    facts: {
      mandate_id: id,
      kind,
      ...(isStatutory && { ground: made.ground }),
      status,
      valid_from: made.from,
      ...(!isStatutory && { valid_until: Math.max(made.until, made.from + 1) }),
      loa: made.loa,
      ...(kind === 'employee' && { reach: made.reach }),
      operations: made.operations,
      branches: made.branches,
      cases: 'all',
      ...(joint && { joint }),
      ...(under !== undefined && !isStatutory && { granted_under: under }),
      granted_at: NOW - 50 * DAY,
      ...(made.survivor && { survivor: true as const }),
      ...(made.substitution && { substitution: true as const }),
    },
  };
}
