import { SingleBar } from 'cli-progress';

/** Where progress is shown: `process.stderr`, so that standard output stays data. */
export type Screen = NodeJS.WritableStream & { isTTY?: boolean };

export interface ProgressOptions {
  /** What is being done, in a few words: `load mandates`. */
  label: string;
  /** How many units there are in all; absent when nobody knows. */
  total?: number;
  /** What is counted, in the plural: `mandates`. */
  unit: string;
  screen: Screen;
  /** Pause between two lines where there is no terminal. */
  everyMs?: number;
  /** Monotonic milliseconds. */
  clock?: () => number;
}

/** Progress of one long task. Cheap enough to be told of every batch. */
export interface Progress {
  /** So many units are done, counted from the start. */
  reach(done: number): void;
  /** So many more units are done. */
  advance(by: number): void;
  /** Ends the display with a line saying how many units took how long. */
  end(): void;
}

/** A bar on a terminal, a plain line every few seconds elsewhere; both with rate and remaining time. */
export function startProgress(options: ProgressOptions): Progress {
  const { label, unit, total, screen, clock = () => performance.now() } = options;
  const startedAt = clock();
  const show = screen.isTTY && total !== undefined ? makeBar(options, total) : makeLines(options);
  let done = 0;

  function reach(count: number): void {
    done = count;
    show.update(done, clock() - startedAt);
  }

  return {
    reach,
    advance: (by) => reach(done + by),
    end() {
      show.stop();
      const elapsedMs = clock() - startedAt;
      screen.write(
        `${label}: ${count(done)} ${unit} in ${seconds(elapsedMs)}${rateOf(done, elapsedMs)}${shortfall(done, total)}\n`,
      );
    },
  };
}

interface Display {
  update(done: number, elapsedMs: number): void;
  stop(): void;
}

function makeBar({ label, unit, screen }: ProgressOptions, total: number): Display {
  const bar = new SingleBar({
    format: `${label} {bar} {percentage}% | {done}/{all} ${unit}{rate}{left}`,
    stream: screen,
    clearOnComplete: true,
    hideCursor: true,
    barsize: 24,
  });
  bar.start(total, 0, { done: '0', all: count(total), rate: '', left: '' });
  return {
    update: (done, elapsedMs) =>
      bar.update(Math.min(done, total), {
        done: count(done),
        rate: rateOf(done, elapsedMs),
        left: leftOf(done, total, elapsedMs),
      }),
    stop: () => bar.stop(),
  };
}

function makeLines({ label, unit, total, screen, everyMs = 3000 }: ProgressOptions): Display {
  let shownAtMs = 0;
  return {
    update(done, elapsedMs) {
      if (elapsedMs - shownAtMs < everyMs) return;
      shownAtMs = elapsedMs;
      const of = total === undefined ? '' : ` of ${count(total)} (${Math.floor((100 * done) / Math.max(total, 1))}%)`;
      screen.write(
        `${label}: ${count(done)}${of} ${unit}${rateOf(done, elapsedMs)}${leftOf(done, total, elapsedMs)}\n`,
      );
    },
    stop() {},
  };
}

const count = (n: number): string => n.toLocaleString('en');

const seconds = (ms: number): string =>
  ms < 60_000 ? `${(ms / 1000).toFixed(1)} s` : `${Math.floor(ms / 60_000)} min ${Math.round((ms % 60_000) / 1000)} s`;

const rateOf = (done: number, elapsedMs: number): string =>
  elapsedMs < 100 ? '' : `, ${count(Math.round((done * 1000) / elapsedMs))}/s`;

function leftOf(done: number, total: number | undefined, elapsedMs: number): string {
  // Of less than a hundredth nothing can be said yet.
  if (total === undefined || done * 100 < total || done >= total) return '';
  return `, ${seconds((elapsedMs * (total - done)) / done)} left`;
}

const shortfall = (done: number, total: number | undefined): string =>
  total !== undefined && done < total ? `, ended ${count(total - done)} short` : '';
