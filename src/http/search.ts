import type { Call } from '../evaluate/call.ts';
import { traced } from './authzen.ts';
import type { Door } from './exchange.ts';

/** A party found; in the place of what was searched it evaluates to true, its properties included. */
export interface FoundParty {
  type: string;
  id: string;
  properties?: object;
}

/** A service found, as a party. */
export interface FoundAction {
  name: string;
  properties?: object;
}

/** What goes out on the search paths (AuthZEN 1.0, section 8). */
export interface SearchResponse<Result> {
  results: readonly Result[];
  /** `next_token` is empty on the last page. A page with a token may hold fewer results than asked for, even none. */
  page: { next_token: string; count: number; total?: number };
  context?: object;
}

/** Searches behind the AuthZEN doors: bodies in, answers out. Mandates have one, a bundle with `input: authzen` another. */
export interface SearchPoint {
  /** Who may do this? @throws AppError */
  subject(body: unknown, call: Call): Promise<SearchResponse<FoundParty>>;
  /** For what, or for whom, may it be done? @throws AppError */
  resource(body: unknown, call: Call): Promise<SearchResponse<FoundParty>>;
  /** What may be done? @throws AppError */
  action(body: unknown, call: Call): Promise<SearchResponse<FoundAction>>;
}

/** The three doors, by path. */
export function makeSearchDoors(point: SearchPoint): [string, Door][] {
  return [
    ['/access/v1/search/subject', (body, call) => point.subject(body, traced(body, call))],
    ['/access/v1/search/resource', (body, call) => point.resource(body, traced(body, call))],
    ['/access/v1/search/action', (body, call) => point.action(body, traced(body, call))],
  ];
}
