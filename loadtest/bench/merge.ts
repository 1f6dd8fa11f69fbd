import { bareBeside, type Measurement, type RateMeasurement } from './measurement.ts';
import type { Report } from './report.ts';

/** Puts beside the servers of one run those that were measured in runs of their own; whom both know stays as in the first. */
export function mergeReports(first: Report, others: readonly Report[]): Report {
  return others.reduce(mergeTwo, first);
}

function mergeTwo(first: Report, other: Report): Report {
  const known = new Set(first.summary.map(({ server }) => server));
  const isNew = ({ server }: { server: string }) => !known.has(server);
  const summary = other.summary.filter(isNew).map((row) => beside(row, other.summary));
  const added = new Set(summary.map(({ server }) => server));
  const sizes = new Set(first.projections.map(({ mandates }) => mandates));
  const isNewRate = newRatesOf(first.rates);
  return {
    ...first,
    projections: [...first.projections, ...other.projections.filter(({ mandates }) => !sizes.has(mandates))].sort(
      (a, b) => a.mandates - b.mandates,
    ),
    servers: [...first.servers, ...other.servers.filter(isNew)].sort(bySize),
    leftOut: [...first.leftOut.filter(({ server }) => !added.has(server)), ...missing(first, other)],
    agreements: [...first.agreements, ...other.agreements.filter(isNew)],
    summary: [...first.summary, ...summary].sort(bySize),
    rates: [...first.rates, ...other.rates.filter(isNewRate)].sort(bySize),
    merged: [...(first.merged ?? []), { machine: other.machine, servers: [...added] }, ...(other.merged ?? [])],
    runs: [...first.runs, ...other.runs.filter(isNew)],
    rateRuns: [...first.rateRuns, ...other.rateRuns.filter(isNewRate)],
  };
}

/** As within one run, where the last is the largest; those of one size keep their order. */
const bySize = (a: { server: string }, b: { server: string }) => sizeIn(a.server) - sizeIn(b.server);

function sizeIn(server: string): number {
  return Number((/[\d,]{4,}(?=,|$)/.exec(server)?.[0] ?? '0').replaceAll(',', ''));
}

function beside(row: Measurement, rows: readonly Measurement[]): Measurement {
  const bareCpuUs = row.bareCpuUs ?? bareBeside(row, rows);
  return bareCpuUs === undefined ? row : { ...row, bareCpuUs };
}

/** Rates of one server for one reason come from one run. */
function newRatesOf(rates: readonly RateMeasurement[]): (rate: RateMeasurement) => boolean {
  const keyOf = ({ server, why }: RateMeasurement) => `${server}|${why}`;
  const known = new Set(rates.map(keyOf));
  return (rate) => !known.has(keyOf(rate));
}

/** Whom neither run has measured; who was not asked for in one of them may be in the other. */
function missing(first: Report, { leftOut }: Report): Report['leftOut'] {
  const told = new Set([...first.summary, ...first.leftOut].map(({ server }) => server));
  return leftOut.filter(({ server }) => !told.has(server));
}
