import { AppError } from '../domain/errors.ts';
import { makeSearch, type SearchDeps } from '../evaluate/search/search.ts';
import type { AppDeps } from '../http/app.ts';
import type { IdentifyOptions } from '../http/callers.ts';
import { makeHandles } from '../http/handles.ts';
import { makeMandateSearchPoint } from '../http/search-mandates.ts';
import { makeSearchTokens } from '../http/search-token.ts';
import type { Keys } from '../store/keys.ts';
import type { Config } from './config.ts';

/** Who has given whom a mandate is searched; whom the caller may not know by number gets a handle. */
export function openSearch(
  deps: Omit<SearchDeps, 'deadlineMs' | 'atOnce'>,
  keys: Pick<Keys, 'mac' | 'canSeal' | 'unseal'>,
  { search }: Pick<Config, 'search'>,
): Required<Pick<AppDeps, 'search' | 'handles'>> {
  const handles = makeHandles(keys.mac);
  const point = makeMandateSearchPoint({
    search: makeSearch({ ...deps, ...search }),
    tokens: makeSearchTokens(keys.mac, deps.now),
    handles,
    ...(keys.canSeal && { unseal: keys.unseal }),
  });
  return { search: point, handles };
}

/**
 * Half-configured is refused: whoever searches and may know BSNs would get handles and wonder why.
 * @throws AppError `invalid_request`
 */
export function requireSealKey({ known, anonymous }: IdentifyOptions, { canSeal }: Pick<Keys, 'canSeal'>): void {
  if (canSeal) return;
  const callers = [
    ...(known?.byToken.map(({ caller }) => caller) ?? []),
    ...(known?.byFingerprint.values() ?? []),
    ...(known?.byOin.values() ?? []),
    known?.bySocket,
    anonymous,
  ];
  const needy = callers.find((caller) => caller?.rights.search && caller.rights.bsn);
  if (needy === undefined) return;
  const message = `the caller ${needy.name} has the rights search and bsn: then MACHTIG_SEAL_KEY must be given`;
  throw new AppError('invalid_request', message, { faults: [{ at: 'MACHTIG_SEAL_KEY', message: 'must be given' }] });
}
