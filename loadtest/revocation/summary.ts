import type { Seen } from './probe.ts';

export interface Distribution {
  p50: number;
  p90: number;
  p99: number;
  max: number;
}

/** One phase: so many revocations, each seen by every sidecar. */
export interface PhaseResult {
  phase: string;
  says: string;
  revocations: number;
  /** From COMMIT sent to the first denial received, ms; and to the last question that was still allowed. */
  deniedMs: Distribution;
  allowedUntilMs: Distribution;
  /** The slowest of the sidecars of each revocation. */
  slowestMs: Distribution;
  refused: number;
  /** Percent of all processors: what this measurement used, and what was used at all. */
  cpuShare: { own: number; all: number };
  seen: Seen[][];
}

export function summarise(
  phase: { name: string; says: string },
  seen: Seen[][],
  cpuShare: PhaseResult['cpuShare'],
): PhaseResult {
  const all = seen.flat();
  return {
    phase: phase.name,
    says: phase.says,
    revocations: seen.length,
    deniedMs: distributionOf(all.map(({ deniedMs }) => deniedMs)),
    allowedUntilMs: distributionOf(all.map(({ allowedUntilMs }) => allowedUntilMs)),
    slowestMs: distributionOf(seen.map((each) => Math.max(...each.map(({ deniedMs }) => deniedMs)))),
    refused: all.reduce((sum, { refused }) => sum + refused, 0),
    cpuShare: { own: percent(cpuShare.own), all: percent(cpuShare.all) },
    seen: seen.map((each) => each.map((one) => ({ ...one, ...rounded(one) }))),
  };
}

export function distributionOf(values: readonly number[]): Distribution {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (share: number) => round(sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] ?? 0);
  return { p50: at(0.5), p90: at(0.9), p99: at(0.99), max: at(1) };
}

const percent = (share: number) => Math.round(share * 100);
const round = (ms: number) => Math.round(ms * 10) / 10;

function rounded({ deniedMs, allowedUntilMs }: Seen) {
  return { deniedMs: round(deniedMs), allowedUntilMs: round(allowedUntilMs) };
}

export function toTable(results: readonly PhaseResult[]): string {
  const rows = results.map((one) => {
    const cells = [one.deniedMs, one.allowedUntilMs].map(({ p50, p99, max }) => `${p50} / ${p99} / ${max}`);
    return `| ${one.phase} | ${one.revocations} | ${cells.join(' | ')} | ${one.refused} | ${one.cpuShare.own} % of ${one.cpuShare.all} % |`;
  });
  return [
    '| | revocations | commit → denied, ms: p50 / p99 / max | still allowed until, ms | refusals meanwhile | CPU, own of all |',
    '|---|---|---|---|---|---|',
    ...rows,
    '',
  ].join('\n');
}
