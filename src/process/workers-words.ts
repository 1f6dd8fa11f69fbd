/** What a process with workers and its workers say to each other. Structured clone: NaN and Infinity arrive. */
export type ToWorker =
  | { ask: number; what: string }
  /** As the signals SIGTERM and SIGHUP would; but one that finds nobody listening ends nothing. */
  | { act: 'stop' | 'reopen' };

export type FromWorker =
  /** Its doors stand open. */
  { opened: true } | { answer: number; with: unknown };

/** The variable by which a worker knows its seat: the number, from 1, that it takes over from who had it before. */
export const SEAT = 'WORKER_SEAT';
