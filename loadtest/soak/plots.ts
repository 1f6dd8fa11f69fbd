import { lineChart, type Series } from '../bench/chart.ts';
import type { Sample } from './sample.ts';

type Point = readonly [x: number, y: number];

/** As many points as an eye can tell apart. */
const POINTS = 120;

/** Neighbours become one, by the median of each figure. */
function thinned(points: readonly Point[]): Point[] {
  const many = Math.ceil(points.length / POINTS);
  const groups = Array.from({ length: Math.ceil(points.length / many) }, (_, i) =>
    points.slice(i * many, (i + 1) * many).toSorted((a, b) => a[1] - b[1]),
  );
  return groups.flatMap((group) => {
    const middle = group[Math.floor(group.length / 2)];
    return middle === undefined ? [] : [[meanX(group), middle[1]] as const];
  });
}

const meanX = (points: readonly Point[]) => points.reduce((sum, [x]) => sum + x, 0) / points.length;

/** Every plot of a run: end of the file name and SVG text. */
export function toPlots(samples: readonly Sample[], subtitle: string): [name: string, svg: string][] {
  const line = (name: string, of: (sample: Sample) => number): Series => ({
    name,
    points: thinned(samples.map((sample) => [sample.minute, of(sample)] as const)),
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
        series: [line('sidecar', ({ sidecar }) => sidecar.handles), line('sync', ({ sync }) => sync.handles)],
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
          line('p99.9', ({ load }) => load.p999Us / 1000),
          line('the generator late, p99', ({ load }) => load.latenessP99Us / 1000),
          line('event loop of the sidecar, p99', ({ sidecar }) => sidecar.loopP99Ms),
          line('age of the data', ({ dataAgeMs }) => dataAgeMs),
        ],
      }),
    ],
  ];
}
