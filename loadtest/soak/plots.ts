import { lineChart, type Series } from '../bench/chart.ts';
import type { Sample } from './sample.ts';

type Point = readonly [x: number, y: number];

/** As many points as an eye can tell apart. */
const POINTS = 120;

type Pick = 'median' | 'most';

/** Neighbours become one. */
function thinned(points: readonly Point[], pick: Pick): Point[] {
  const many = Math.ceil(points.length / POINTS);
  return Array.from({ length: Math.ceil(points.length / many) }, (_, i) => {
    const group = points.slice(i * many, (i + 1) * many);
    const ys = group.map(([, y]) => y).sort((a, b) => a - b);
    const x = group.reduce((sum, [one]) => sum + one, 0) / group.length;
    return [x, ys[pick === 'most' ? ys.length - 1 : Math.floor(ys.length / 2)] ?? Number.NaN];
  });
}

/** Every plot of a run: end of the file name and SVG text. */
export function toPlots(samples: readonly Sample[], subtitle: string): [name: string, svg: string][] {
  const line = (name: string, of: (sample: Sample) => number, pick: Pick = 'median'): Series => ({
    name,
    points: thinned(
      samples.map((sample) => [sample.minute, of(sample)] as const),
      pick,
    ),
  });
  const x = { label: 'minutes under load', log: false };
  return [
    [
      'memory',
      lineChart({
        title: 'Memory',
        subtitle,
        x,
        y: { label: 'MiB', log: false },
        series: [
          line('sidecar, resident', ({ sidecar }) => sidecar.rss),
          line('sidecar, resident at most', ({ sidecar }) => sidecar.rss, 'most'),
          line('sidecar, heap in use', ({ sidecar }) => sidecar.heap),
          line('sidecar, buffers and WebAssembly', ({ sidecar }) => sidecar.external),
          line('sidecar, of which the cache', ({ cache }) => cache.mib),
          line('sidecar, of which dossiers', ({ dossiers }) => dossiers.mib),
          line('sync, resident', ({ sync }) => sync.rss),
          line('Redis, used', ({ redisMiB }) => redisMiB),
        ],
      }),
    ],
    [
      'handles',
      lineChart({
        title: 'Open file handles',
        subtitle,
        x,
        y: { label: 'handles', log: false },
        series: [
          line('sidecar', ({ sidecar }) => sidecar.handles),
          line('sidecar, at most', ({ sidecar }) => sidecar.handles, 'most'),
          line('sync', ({ sync }) => sync.handles),
        ],
      }),
    ],
    [
      'latency',
      lineChart({
        title: 'Latency from the moment a request was due',
        subtitle,
        x,
        y: { label: 'ms', log: true },
        series: [
          line('p50', ({ load }) => load.p50Us / 1000),
          line('p99', ({ load }) => load.p99Us / 1000),
          line('p99.9, at most', ({ load }) => load.p999Us / 1000, 'most'),
          line('the generator late, p99', ({ load }) => load.latenessP99Us / 1000),
          line('event loop of the sidecar, p99', ({ sidecar }) => sidecar.loopP99Ms),
          line('age of the data', ({ dataAgeMs }) => dataAgeMs),
        ],
      }),
    ],
  ];
}
