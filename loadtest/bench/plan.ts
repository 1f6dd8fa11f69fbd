import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

/** Where results are kept. */
export const RESULTS = fileURLToPath(new URL('../results', import.meta.url));

/** What a run of the bench does, from its command line. */
export interface Plan {
  quick: boolean;
  /** Of one measurement below the maximum and of one at it. */
  openSeconds: number;
  seconds: number;
  rounds: number;
  /** Mandates of each register, the smallest first. */
  sizes: number[];
  /** The sizes that other engines are filled with as well. */
  peerSizes: number[];
  /** Only engines whose name holds one of these words; all when empty. */
  only: string[];
  /** How long an engine may take to load a register. */
  loadSeconds: number;
  questions: number;
  build: boolean;
  profile: boolean;
  out: string;
  /** Reports of earlier runs, to be put together instead of measuring; none when empty. */
  merge: string[];
}

const HELP = `npm run bench -- [options]
  --quick              10 k mandates, one short round; under five minutes
  --sizes 10000,…      registers for the sidecar (default 10000,1000000; 10000000 takes much longer)
  --peer-sizes 10000,… registers for the other engines (default 10000,1000000; none: --peer-sizes 0)
  --only opa,cerbos    only the engines whose names hold one of these
  --rounds N --seconds N --open-seconds N --load-seconds N
  --no-build           measure dist/ as it is
  --no-profile         no waterfall
  --out FOLDER         where bench.json, bench.md and the plots go (default loadtest/results); while it runs, bench.partial.json
  --merge A,B,…        measures nothing: puts beside the servers in bench.json A those that runs of their own found (B, …)
`;

const numbers = (list: string) =>
  list
    .split(',')
    .map(Number)
    .filter((n) => n > 0);

/** @throws Error for options it does not know; `--help` is told by an undefined plan */
export function readPlan(args: readonly string[]): Plan | { help: string } {
  const { values } = parseArgs({
    args: [...args],
    options: {
      help: { type: 'boolean', default: false },
      quick: { type: 'boolean', default: false },
      seconds: { type: 'string' },
      'open-seconds': { type: 'string' },
      'load-seconds': { type: 'string', default: '600' },
      rounds: { type: 'string' },
      sizes: { type: 'string' },
      'peer-sizes': { type: 'string' },
      only: { type: 'string', default: '' },
      'no-build': { type: 'boolean', default: false },
      'no-profile': { type: 'boolean', default: false },
      out: { type: 'string' },
      merge: { type: 'string', default: '' },
    },
  });
  if (values.help) return { help: HELP };
  const { quick } = values;
  const sizes = numbers(values.sizes ?? (quick ? '10000' : '10000,1000000'));
  const peerSizes = values['peer-sizes'] === undefined ? sizes : numbers(values['peer-sizes']);
  return {
    quick,
    seconds: Number(values.seconds ?? (quick ? 1 : 5)),
    openSeconds: Number(values['open-seconds'] ?? (quick ? 1.5 : 10)),
    rounds: Number(values.rounds ?? (quick ? 1 : 3)),
    // Engines are compared with a sidecar on as many mandates.
    sizes: [...new Set([...sizes, ...peerSizes])].sort((a, b) => a - b),
    peerSizes,
    only: values.only.toLowerCase().split(',').filter(Boolean),
    loadSeconds: Number(values['load-seconds']),
    questions: quick ? 5000 : 50_000,
    build: !values['no-build'],
    profile: !values['no-profile'],
    out: values.out ?? RESULTS,
    merge: values.merge.split(',').filter(Boolean),
  };
}
