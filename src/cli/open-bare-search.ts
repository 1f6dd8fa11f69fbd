import { AppError } from '../domain/errors.ts';
import { type BareSearchDeps, makeBareSearch } from '../evaluate/search/bare.ts';
import type { SearchPoint } from '../http/search.ts';
import { makeBareSearchPoint } from '../http/search-bare.ts';
import { makeSearchTokens } from '../http/search-token.ts';
import type { Bundle } from '../policy/bundle.ts';
import { CANDIDATES_ENTRYPOINT, type Candidate, readCandidates } from '../policy/candidates-result.ts';
import { type Engine, type EngineOptions, makeEngine } from '../policy/engine.ts';
import type { ActivePolicy } from '../rollout/active.ts';
import type { Keys } from '../store/keys.ts';
import type { Config } from './config.ts';

/** Thousands of candidates are many times a decision. */
const MAX_MEMORY = 32 * 1024 * 1024;

/** Searches what the bundle of now names; one that only decides cannot be searched, and says so. */
export function openBareSearch(
  active: ActivePolicy,
  options: EngineOptions,
  deps: Omit<BareSearchDeps, 'candidates' | 'deadlineMs' | 'atOnce'>,
  { keys, config }: { keys: Pick<Keys, 'mac'>; config: Pick<Config, 'search'> },
): SearchPoint {
  const candidates = active.follow((bundle) => engineOf(bundle, options));
  return makeBareSearchPoint({
    search: makeBareSearch({ ...deps, ...config.search, candidates }),
    tokens: makeSearchTokens(keys.mac, deps.now),
    isOffered: () => canBeSearched(active.bundle()),
  });
}

function canBeSearched({ others }: Bundle): boolean {
  return others.includes(CANDIDATES_ENTRYPOINT);
}

function engineOf(bundle: Bundle, options: EngineOptions): Engine<readonly Candidate[]> {
  if (canBeSearched(bundle)) {
    return makeEngine(bundle, readCandidates, {
      ...options,
      maxMemoryBytes: MAX_MEMORY,
      entrypoint: CANDIDATES_ENTRYPOINT,
    });
  }
  return {
    revision: bundle.revision,
    decide() {
      throw new AppError('not_found', `the policy in use has no entrypoint ${CANDIDATES_ENTRYPOINT}`);
    },
  };
}
