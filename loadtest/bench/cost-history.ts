/** What one server costs per request beside another. */
interface Pair {
  bare: number;
  sidecar: number;
  /** sidecar / bare: how many bare answers one decision costs. */
  ratio: number;
}

export interface CostEntry {
  at: string;
  commit: string;
  node: string;
  machine: string;
  cpuUs: Pair;
  /** Of the sidecar at the baseline's commit, in the same run: CPU time depends on the machine, and on who shares it, more than on the code. */
  baselineCpuUs?: number;
  /** User and kernel together; absent where the machine does not count them. */
  instructions?: Pair;
}

/** The last entry is the baseline. */
export interface CostHistory {
  entries: readonly CostEntry[];
}

/** Generous, for kernels and versions of Node differ: what it must catch is a decision that got a third dearer. */
export const BOUND = 1.35;

/**
 * Compares a run with the baseline: in instructions where both have them, else in the CPU time of the baseline's own program
 * in the same run, else in CPU time by the bare answers of two runs.
 */
export function judgeCost(entry: CostEntry, history: CostHistory): { held: boolean; text: string } {
  const baseline = history.entries.at(-1);
  if (baseline === undefined) return { held: true, text: 'There is no baseline yet: --save makes this run the first.' };
  const { now, before, unit } = compared(entry, baseline);
  const times = now / before;
  // A ratio that cannot be told is no pass.
  const held = times <= BOUND;
  const figures = `${now.toFixed(2)} ${unit}, ${before.toFixed(2)} at the baseline (${baseline.commit})`;
  const bound = `${times.toFixed(2)} × as much, up to ${BOUND} × passes`;
  return { held, text: `${held ? 'ok' : 'TOO DEAR'}: a decision costs ${figures}: ${bound}` };
}

function compared(entry: CostEntry, baseline: CostEntry): { now: number; before: number; unit: string } {
  if (entry.instructions !== undefined && baseline.instructions !== undefined) {
    return {
      now: entry.instructions.ratio,
      before: baseline.instructions.ratio,
      unit: '× a bare answer in instructions',
    };
  }
  const { cpuUs, baselineCpuUs } = entry;
  if (baselineCpuUs !== undefined) return { now: cpuUs.sidecar, before: baselineCpuUs, unit: 'µs of CPU in this run' };
  return { now: cpuUs.ratio, before: baseline.cpuUs.ratio, unit: '× a bare answer in CPU time' };
}

const BARS = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/** One bar for each value, from nothing to the largest. */
export function sparkline(values: readonly number[]): string {
  const most = Math.max(...values);
  return values.map((value) => BARS[Math.min(7, Math.floor((8 * value) / most))] ?? ' ').join('');
}

const SHOWN = 10;

/** The last runs as a small table, the oldest first. */
export function trendText(entries: readonly CostEntry[]): string {
  const lines = entries.slice(-SHOWN).map(({ at, commit, cpuUs, instructions }) => {
    const counted = instructions && [
      `${instructions.sidecar.toLocaleString('en')} instr.`.padStart(16),
      `${instructions.ratio.toFixed(2)} ×`.padStart(8),
    ];
    const cpu = [`${cpuUs.sidecar.toFixed(1)} µs`.padStart(9), `${cpuUs.ratio.toFixed(2)} ×`.padStart(8)];
    return [at.slice(0, 16).replace('T', ' '), commit.padEnd(9), ...cpu, ...(counted ?? [])].join('  ');
  });
  const ratios = entries.map(({ cpuUs, instructions }) => instructions?.ratio ?? cpuUs.ratio);
  return ['per decision: CPU, × bare; instructions, × bare', ...lines, `× bare over time: ${sparkline(ratios)}`].join(
    '\n',
  );
}
