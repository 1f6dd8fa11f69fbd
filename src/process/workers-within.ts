import { AppError } from '../domain/errors.ts';
import type { FromWorker, ToWorker } from './workers-words.ts';

/** A worker's side of what it shares with the others. */
export interface Within {
  /** From 1. */
  seat: number;
  /** Tells that the doors stand open. */
  opened(): void;
  /** It was told to open its files again before it could: while it started. */
  owesReopening(): boolean;
  /** Lets the process end when nothing else holds it. */
  leave(): void;
}

/**
 * @param seat as the environment has it under SEAT
 * @param answer what was asked for by its name; what it throws becomes no answer
 */
export function joinWorkers(seat: string | undefined, answer: (what: string) => Promise<unknown>): Within {
  if (seat === undefined || !/^[1-9][0-9]*$/.test(seat)) throw new AppError('internal', 'a worker without a seat');

  let owesReopening = false;
  // Supervisors tell every process of a service, and the first process tells its workers: told twice, a process would
  // end at once, in the middle of what it owes. One that hangs is ended by the first process.
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => {});

  async function hear(word: ToWorker): Promise<void> {
    if ('act' in word) {
      const isHeard = process.emit(word.act === 'stop' ? 'SIGTERM' : 'SIGHUP');
      owesReopening ||= word.act === 'reopen' && !isHeard;
    } else say({ answer: word.ask, with: await answer(word.what).catch(() => undefined) });
  }

  process.on('message', hear);
  return {
    seat: Number(seat),
    opened: () => say({ opened: true }),
    owesReopening: () => owesReopening,
    leave: () => process.channel?.unref(),
  };
}

/** Who cannot be told has ended, and this process with it. */
function say(word: FromWorker): void {
  process.send?.(word, undefined, undefined, () => {});
}
