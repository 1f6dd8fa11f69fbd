import { AppError } from '../domain/errors.ts';
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
  /** Whether the policy of now can be searched; absent: any can. */
  isOffered?(): boolean;
}

export function isOffered(point: SearchPoint): boolean {
  return point.isOffered?.() ?? true;
}

/** The three doors, by path. */
export function makeSearchDoors(point: SearchPoint): [string, Door][] {
  const open = (ask: 'subject' | 'resource' | 'action'): Door => {
    return (body, call) => {
      if (!isOffered(point)) throw new AppError('not_found', 'the policy in use cannot be searched');
      return point[ask](body, traced(body, call));
    };
  };
  return [
    ['/access/v1/search/subject', open('subject')],
    ['/access/v1/search/resource', open('resource')],
    ['/access/v1/search/action', open('action')],
  ];
}
