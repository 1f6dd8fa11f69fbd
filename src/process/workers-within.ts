import { AppError } from '../domain/errors.ts';
import type { FromWorker, ToWorker } from './workers-words.ts';

/** A worker's side of what it shares with the others. */
export interface Within {
  /** From 1. */
  seat: number;
  /** Tells that the doors stand open. */
  opened(): void;
  /** Lets the process end when nothing else holds it. */
  leave(): void;
}

/**
 * @param seat as the environment has it under SEAT
 * @param answer what was asked for by its name; what it throws becomes no answer
 */
export function joinWorkers(seat: string | undefined, answer: (what: string) => Promise<unknown>): Within {
  if (seat === undefined || !/^[1-9][0-9]*$/.test(seat)) throw new AppError('internal', 'a worker without a seat');

  async function hear(word: ToWorker): Promise<void> {
    // Given off here rather than sent by the system: a second SIGTERM would cut the draining that the first began.
    if ('act' in word) process.emit(word.act === 'stop' ? 'SIGTERM' : 'SIGHUP');
    else say({ answer: word.ask, with: await answer(word.what).catch(() => undefined) });
  }

  process.on('message', hear);
  return { seat: Number(seat), opened: () => say({ opened: true }), leave: () => process.channel?.unref() };
}

/** Who cannot be told has ended, and this process with it. */
function say(word: FromWorker): void {
  process.send?.(word, undefined, undefined, () => {});
}
