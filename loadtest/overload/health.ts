import { setTimeout as sleep } from 'node:timers/promises';

/** How a process looks from its ops port while something is done to it. */
export interface Health {
  /** The longest that its event loop stood still, by its own count (`nodejs_eventloop_lag_max_seconds`). */
  loopStoodMs: number;
  /** Of `/livez`, asked over one connection without a pause. */
  livezP99Ms: number;
  livezMaxMs: number;
  livezFailed: number;
}

export function watchHealth(opsPort: number): { end(): Promise<Health> } {
  const base = `http://127.0.0.1:${opsPort}`;
  const took: number[] = [];
  let failed = 0;
  let watching = true;
  const lag = async () => {
    const text = await (await fetch(`${base}/metrics`)).text();
    return Number(/^nodejs_eventloop_lag_max_seconds (\S+)/m.exec(text)?.[1]) * 1000;
  };
  const asking = (async () => {
    await lag(); // Reading it begins a new count.
    while (watching) {
      const startedAt = performance.now();
      const isWell = await fetch(`${base}/livez`).then(
        ({ ok }) => ok,
        () => false,
      );
      if (!isWell) failed++;
      took.push(performance.now() - startedAt);
      await sleep(20);
    }
  })();
  return {
    async end() {
      watching = false;
      await asking;
      took.sort((a, b) => a - b);
      const round = (ms = 0) => Math.round(ms * 10) / 10;
      return {
        loopStoodMs: round(await lag()),
        livezP99Ms: round(took[Math.floor(took.length * 0.99)]),
        livezMaxMs: round(took.at(-1)),
        livezFailed: failed,
      };
    },
  };
}
