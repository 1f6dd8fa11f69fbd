import { createHash } from 'node:crypto';
import { AppError } from '../../domain/errors.ts';
import type { Candidate } from '../../policy/candidates-result.ts';
import type { Position } from './smallest.ts';

/** What is searched, as far as the request says it: its type, and what must stand in each result too. */
export interface OpenParty {
  type: string;
  properties?: object;
}

interface Named {
  subject: { type: string; id: string };
  action: { name: string };
  resource: { type: string; id: string };
  context?: object;
}

/** A request of AuthZEN 1.0 with one place open, and nothing in that place which would limit the search to an id. */
export type BareAsked =
  | { search: 'subject'; request: Omit<Named, 'subject'> & { subject: OpenParty } }
  | { search: 'resource'; request: Omit<Named, 'resource'> & { resource: OpenParty } }
  | { search: 'action'; request: Omit<Named, 'action'> };

/** A candidate as it would stand in the results, and its place in the order of all. */
export interface Placed {
  entity: Candidate;
  position: Required<Position>;
}

/**
 * The candidates behind `after`, each once, in the order of their ids, those of one id in the order of a digest of their
 * properties. What the request says of the open place stands in each, unless the candidate says otherwise.
 * @throws AppError `policy_failed` when one is of another type than was asked for, or no entity of this kind
 */
export function placeAll(asked: BareAsked, candidates: readonly Candidate[], after?: Position): Placed[] {
  const open = asked.search === 'subject' ? asked.request.subject : undefined;
  const wanted = asked.search === 'resource' ? asked.request.resource : open;
  const placed = new Map<string, Placed>();
  for (const candidate of candidates) {
    const id = idOf(candidate, wanted?.type);
    if (after && id < after.id) continue;
    const position = { id, part: digestOf(candidate.properties) };
    if (after && id === after.id && position.part <= (after.part ?? '')) continue;
    placed.set(`${id}\n${position.part}`, { entity: withGiven(candidate, wanted?.properties), position });
  }
  return [...placed.values()].sort((a, b) => compare(a.position.id, b.position.id) || compareParts(a, b));
}

/** The whole request, with the candidate as it is in the open place. */
export function inPlace({ search, request }: BareAsked, entity: Candidate): object {
  return { ...request, [search]: entity };
}

/** @param type absent where actions are searched */
function idOf(candidate: Candidate, type: string | undefined): string {
  if (type === undefined && 'name' in candidate) return candidate.name;
  if (type !== undefined && 'type' in candidate && candidate.type === type) return candidate.id;
  throw new AppError(
    'policy_failed',
    `a candidate is no ${type === undefined ? 'action' : 'entity of the type asked for'}`,
  );
}

function withGiven(candidate: Candidate, given: object | undefined): Candidate {
  return given === undefined ? candidate : { ...candidate, properties: { ...given, ...candidate.properties } };
}

/** Of no properties: nothing, which comes first. */
function digestOf(properties: object | undefined): string {
  if (properties === undefined) return '';
  return createHash('sha256')
    .update(JSON.stringify(inOrder(properties)))
    .digest('base64url');
}

function inOrder(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inOrder);
  if (typeof value !== 'object' || value === null) return value;
  const fields = Object.entries(value).sort(([a], [b]) => compare(a, b));
  return Object.fromEntries(fields.map(([name, held]) => [name, inOrder(held)]));
}

function compareParts(a: Placed, b: Placed): number {
  return compare(a.position.part, b.position.part);
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
