import type { SystemRole } from '../../domain/administration.ts';
import { EVENT_COLUMNS } from './event-columns.ts';

type Row = Readonly<Record<string, unknown>>;

/** A change as read for the feed. */
export interface ChangeLine {
  n: string;
  epoch: number;
  at: string;
  entity: string;
  entity_id: string;
  verb: string;
  relation: string;
  before: Row | null;
  after: Row | null;
  by: Row;
}

/** CloudEvents 1.0, JSON format. */
export interface CloudEvent {
  specversion: '1.0';
  /** `epoch.revision` under which the change was written; unique, and in commit order within an epoch. */
  id: string;
  source: 'urn:machtig:register';
  /** `nl.machtig.<entity>.<verb>.v1` */
  type: string;
  subject: string;
  time: string;
  datacontenttype: 'application/json';
  data: Record<string, unknown>;
}

/** What a service owner may know of a mandate that touches its services, and nothing of other owners. */
export interface Scope {
  role: SystemRole;
  /** Of the owner: definitions of its instances, the instances, and sets with any of those. */
  services: ReadonlySet<string>;
  instances: ReadonlySet<string>;
  sets: ReadonlySet<string>;
  ownerId?: string;
}

/** Only the registrar reads who acted, by which means and why. */
const ACTED_BY: Record<'registrar' | 'others', readonly string[]> = {
  registrar: [
    ...['who', 'on_behalf_of', 'channel', 'act', 'capacity', 'authority', 'means', 'loa', 'signature', 'deviation'],
    ...['verified_by', 'reason', 'request_id'],
  ],
  others: ['channel', 'act', 'capacity'],
};

export function toEvent(line: ChangeLine, scope: Scope): CloudEvent {
  const isMeans = line.entity === 'alias' && (line.after ?? line.before)?.scheme === 'pseudonym';
  const entity = line.entity === 'alias' ? (isMeans ? 'means' : 'identifier') : line.entity;
  return {
    specversion: '1.0',
    id: `${line.epoch}.${line.n}`,
    source: 'urn:machtig:register',
    type: `nl.machtig.${entity}.${isMeans ? meansVerb(line) : line.verb}.v1`,
    // The HMAC of a citizen's number is nobody's to keep; of a means it is its public handle.
    subject: entity === 'identifier' ? String((line.after ?? line.before)?.party_id) : line.entity_id,
    time: line.at,
    datacontenttype: 'application/json',
    data: {
      relation: line.relation,
      before: line.before && visible(line.relation, line.before, scope),
      after: line.after && visible(line.relation, line.after, scope),
      by: pick(line.by, ACTED_BY[scope.role === 'registrar' ? 'registrar' : 'others']),
    },
  };
}

function meansVerb({ before, after, verb }: ChangeLine): string {
  if (before === null || after === null || before.means_active === after.means_active) return verb;
  return after.means_active === true ? 'activated' : 'deactivated';
}

function visible(relation: string, row: Row, scope: Scope): Record<string, unknown> {
  const seen = pick(row, EVENT_COLUMNS[relation] ?? []);
  if (scope.role === 'registrar' || relation !== 'mandates') return seen;
  return { ...seen, ...ownPart(seen, scope) };
}

/** Of what a mandate covers, that which is this owner's; who holds it with whom is not. */
function ownPart(row: Row, { services, instances, sets, ownerId }: Scope): Record<string, unknown> {
  const own = (list: unknown, isOwn: (item: unknown) => boolean) => (Array.isArray(list) ? list.filter(isOwn) : []);
  return {
    services: own(row.services, (one) => services.has(String(one))),
    sets: own(row.sets, (one) => sets.has(String((one as Row | null)?.set))), // Its form is checked by the register.
    cases: own(row.cases, (one) => instances.has(String(one).split('#')[0] ?? '')),
    owner_id: row.owner_id === ownerId ? row.owner_id : null,
    joint_with: null,
  };
}

function pick(row: Row, names: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(names.flatMap((name) => (row[name] === undefined ? [] : [[name, row[name]]])));
}
