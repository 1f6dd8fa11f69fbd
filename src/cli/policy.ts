import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { readBundle } from '../policy/bundle.ts';
import { readTrust } from '../policy/signature.ts';
import type { Lifecycle } from '../process/lifecycle.ts';
import type { Log } from '../process/log.ts';
import type { Metrics } from '../process/metrics.ts';
import { fileSource } from '../rollout/file-source.ts';
import type { Signing } from '../rollout/intake.ts';
import { openLastGood } from '../rollout/last-good.ts';
import { fixedRollOut, openRollOut, type RollOut } from '../rollout/roll-out.ts';
import type { Source } from '../rollout/source.ts';
import type { ActiveStatus, Listeners, TriedStatus } from '../rollout/status.ts';
import { urlSource } from '../rollout/url-source.ts';
import type { Config } from './config.ts';
import { type BundleConfig, isUrl } from './config-bundle.ts';
import { PACKAGE_ROOT, VERSION } from './version.ts';

export interface PolicyDeps {
  config: Pick<Config, 'bundle'>;
  lifecycle: Lifecycle;
  log: Pick<Log, 'info' | 'warn'>;
  metrics: Metrics;
}

/** It lies beside the program, wherever the process was started. */
const OWN_BUNDLE = fileURLToPath(new URL('bundles/mandates.tar.gz', PACKAGE_ROOT));

/**
 * The policy of this process: the program's own, or the configured one, which is followed from then on.
 * @throws Error when there is none to begin with
 */
export async function followPolicy({ config, lifecycle, log, metrics }: PolicyDeps): Promise<RollOut> {
  const { from, pollMs } = config.bundle;
  const listeners = tell(log, metrics);
  if (from === undefined) return fixedRollOut(await readBundle(OWN_BUNDLE), listeners, Date.now);
  const signing = await openSigning(config.bundle);
  const source = await openSource(from, config.bundle);
  if (!signing) log.warn({ source: source.name }, 'policies are used unsigned: this is a trial');
  const rollOut = await openRollOut({ ...listeners, source, pollMs, now: Date.now, ...(signing && { signing }) });
  lifecycle.onClose('the roll-out of policies', rollOut.close);
  return rollOut;
}

async function openSigning({ trust, stateFolder, rollback }: BundleConfig): Promise<Signing | undefined> {
  if (trust === undefined || stateFolder === undefined) return undefined;
  return {
    trust: await readTrust(trust),
    lastGood: await openLastGood(stateFolder),
    ...(rollback !== undefined && { rollback }),
  };
}

async function openSource(from: string, { token, caFile }: BundleConfig): Promise<Source> {
  if (!isUrl(from)) return fileSource(from);
  return urlSource(from, {
    userAgent: `machtig/${VERSION}`,
    ...(token && { token: token.reveal() }),
    ...(caFile !== undefined && { ca: await readFile(caFile) }),
  });
}

function tell(log: PolicyDeps['log'], metrics: Metrics): Listeners {
  return {
    onActive(active: ActiveStatus) {
      metrics.policyInfo.reset();
      metrics.policyInfo.set({ revision: active.revision }, 1);
      metrics.policySince.set(Date.parse(active.since) / 1000);
      metrics.policyIssued.set(active.issued_at === undefined ? 0 : Date.parse(active.issued_at) / 1000);
      log.info(active, 'this policy answers');
    },
    onTried(tried: TriedStatus) {
      metrics.policyRollouts.inc({ outcome: tried.outcome });
      if (tried.outcome !== 'active') log.warn(tried, 'a policy is not used');
    },
    onHeard: () => metrics.policyHeard.setToCurrentTime(),
  };
}
