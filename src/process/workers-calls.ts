import type { ToWorker } from './workers-words.ts';

/** What a worker answered; or that there is none that has started, or none that answers in time. */
export type Said = { seat: number; says: unknown } | { seat: number; missing: 'gone' | 'mute' };

/** Questions to workers that are under way. */
export interface Calls {
  /** `send` puts the question to whoever has the seat; absent: nobody has. */
  ask(seat: number, what: string, send: ((word: ToWorker) => void) | undefined): Promise<Said>;
  /** `says` undefined: it could not answer. Of a call that is over nothing more is heard. */
  answered(call: number, says: unknown): void;
  /** Whoever had the seat answers nothing more. */
  ended(seat: number): void;
}

/** @param withinMs how long an answer may take */
export function makeCalls(withinMs: number): Calls {
  const waiting = new Map<number, { seat: number; end: (said: Said) => void }>();
  let last = 0;

  function end(call: number, said: (seat: number) => Said): void {
    const found = waiting.get(call);
    waiting.delete(call);
    found?.end(said(found.seat));
  }

  return {
    ask(seat, what, send) {
      if (send === undefined) return Promise.resolve(gone(seat));
      last += 1;
      const call = last;
      return new Promise((resolve) => {
        const limit = setTimeout(() => end(call, mute), withinMs);
        waiting.set(call, {
          seat,
          end(said) {
            clearTimeout(limit);
            resolve(said);
          },
        });
        send({ ask: call, what });
      });
    },
    answered: (call, says) => end(call, (seat) => (says === undefined ? mute(seat) : { seat, says })),
    ended(seat) {
      for (const [call, found] of waiting) if (found.seat === seat) end(call, gone);
    },
  };
}

const mute = (seat: number): Said => ({ seat, missing: 'mute' });
const gone = (seat: number): Said => ({ seat, missing: 'gone' });
