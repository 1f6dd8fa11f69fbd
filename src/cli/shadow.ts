import { toError } from '../domain/errors.ts';
import type { Bundle } from '../policy/bundle.ts';
import { readTrust } from '../policy/signature.ts';
import type { Lifecycle } from '../process/lifecycle.ts';
import type { Log } from '../process/log.ts';
import type { Metrics } from '../process/metrics.ts';
import { examineApart } from '../rollout/examine-apart.ts';
import { fileSource } from '../rollout/file-source.ts';
import { makeShadow, type Shadow } from '../rollout/shadow.ts';
import type { ShadowListener } from '../rollout/shadow-outcome.ts';
import type { Config } from './config.ts';

export interface ShadowDeps {
  config: Config;
  lifecycle: Lifecycle;
  log: Log;
  metrics: Metrics;
  now: () => number;
}

/** Series beyond these would cost more than they tell: further services are counted as one. */
const MAX_SERVICES = 200;

/**
 * The bundle to try, where one is configured.
 * @throws Error when it cannot be used beside the active one: a shadow that is not there would pass for agreement
 */
export async function openShadow(
  { config, lifecycle, log, metrics, now }: ShadowDeps,
  active: Bundle,
): Promise<Shadow | undefined> {
  if (config.shadow === undefined) return undefined;
  const { share, cpuPercent } = config.shadow;
  const bundle = await readCandidate(config, config.shadow.bundle);
  if (bundle.input !== 'mandates' || active.input !== 'mandates') {
    throw new Error('MACHTIG_SHADOW_BUNDLE: only a bundle that reads mandates can be tried, beside one that does');
  }
  const shadow = makeShadow({ bundle, share, cpuPercent, now, ...counted(metrics) });
  lifecycle.onClose('the shadow bundle', shadow.close);
  log.info(
    { candidate: bundle.revision, active: active.revision, share, cpuPercent },
    'a bundle is tried in the shadow',
  );
  return shadow;
}

/** Believed as the active one is: by its signature where a key is configured, and by its own cases; in no order. */
async function readCandidate(config: Config, path: string): Promise<Bundle> {
  const { trust } = config.bundle;
  const { signal } = new AbortController();
  try {
    const found = await (await fileSource(path)).fetch(undefined, signal);
    if (found === undefined) throw new Error('it is not there');
    const checks = { signal, ...(trust && { trust: await readTrust(trust) }) };
    return (await examineApart(found.packed, checks)).bundle;
  } catch (thrown) {
    throw new Error(`the bundle to try (MACHTIG_SHADOW_BUNDLE) is refused: ${toError(thrown).message}`, {
      cause: thrown,
    });
  }
}

function counted(metrics: Metrics): Required<ShadowListener> {
  const services = new Set<string>();
  return {
    onCompared(service, difference) {
      metrics.shadowCompared.inc();
      if (difference === undefined) return;
      if (services.size < MAX_SERVICES) services.add(service);
      const { kind, gained, lost, fields } = difference;
      metrics.shadowDifferences.inc({
        difference: kind,
        reason: gained[0] ?? lost[0] ?? fields[0] ?? 'none',
        service: services.has(service) ? service : 'other',
      });
    },
    onDropped: (cause) => metrics.shadowDropped.inc({ cause }),
    onFailed: (cause, times) => metrics.shadowFailures.inc({ cause }, times),
  };
}
