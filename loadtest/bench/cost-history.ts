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
  /** User and kernel together; absent where the machine does not count them. */
  instructions?: Pair;
}

/** The last entry is the baseline. */
export interface CostHistory {
  entries: readonly CostEntry[];
}

/**
 * Generous, for kernels and versions of Node differ: what it must catch is a decision that got a third dearer. CPU time cannot: what shares the processor's cache
 * costs a decision more than a bare answer, and the same code took 1.1 to 1.5 times the baseline of a quieter machine.
 */
export const BOUNDS = { instructions: 1.35, 'CPU time': 2 } as const;

/** Compares a run with the baseline, in instructions where both have them, else in CPU time. */
export function judgeCost(entry: CostEntry, history: CostHistory): { held: boolean; text: string } {
  const baseline = history.entries.at(-1);
  if (baseline === undefined) return { held: true, text: 'There is no baseline yet: --save makes this run the first.' };
  const counted = entry.instructions !== undefined && baseline.instructions !== undefined;
  const [now, then] = [entry, baseline].map((of) => (counted ? of.instructions : of.cpuUs)?.ratio ?? Number.NaN);
  const times = (now ?? Number.NaN) / (then ?? Number.NaN);
  const unit = counted ? 'instructions' : 'CPU time';
  // A ratio that cannot be told is no pass.
  const held = times <= BOUNDS[unit];
  const figures = `${now?.toFixed(2)} × a bare answer in ${unit}, ${then?.toFixed(2)} × at the baseline (${baseline.commit})`;
  const bound = `${times.toFixed(2)} × as much, up to ${BOUNDS[unit]} × passes`;
  return { held, text: `${held ? 'ok' : 'TOO DEAR'}: a decision costs ${figures}: ${bound}` };
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
