import { toError } from '../domain/errors.ts';
import { BundleRefusal, type RefusalCode } from '../policy/bundle-refusal.ts';
import type { Trust } from '../policy/signature.ts';
import { type Release, toRefusal } from './examine.ts';
import { type ApartOptions, examineApart } from './examine-apart.ts';
import { makeKnown } from './known.ts';
import type { LastGood } from './last-good.ts';
import type { Fetched, Source } from './source.ts';
import type { Board } from './status.ts';

/** Only what is signed has an order, and is worth keeping. */
export interface Signing {
  trust: Trust;
  lastGood: LastGood;
  /** The revision to which it was asked to go back. */
  rollback?: string;
}

export interface IntakeDeps {
  source: Source;
  signing?: Signing;
  board: Board;
  /** Ends what is under way. */
  signal: AbortSignal;
  /** Milliseconds since 1970. */
  now(): number;
  /** What looking at a bundle may take. */
  limitMs?: number;
}

/** What may be otherwise the next time, with the same bundle. */
const PASSING: ReadonlySet<RefusalCode> = new Set(['state_unwritable', 'future_dated', 'internal']);

/** Whether it is worth asking again, and ever less often. */
export function mayPass({ code }: BundleRefusal): boolean {
  return code.startsWith('source_') || PASSING.has(code);
}

function outcomeOf(refusal: BundleRefusal): 'again' | 'costly' | 'refused' {
  if (mayPass(refusal)) return 'again';
  return refusal.code === 'too_costly' ? 'costly' : 'refused';
}

/** Takes what a source gives through all checks, up to the step that lets it answer. */
export function makeIntake({ source, signing, board, signal, now, limitMs }: IntakeDeps) {
  const limits = { signal, ...(limitMs !== undefined && { limitMs }) };
  const checks = { ...limits, ...(signing && signedOnly(signing, now)) };
  const known = makeKnown();

  return {
    /** What the source has, unless it was tried before. @throws BundleRefusal */
    async fetch(): Promise<Fetched | undefined> {
      const fetched = await source.fetch(known.tag(), signal);
      board.heard();
      return fetched && (known.recognises(fetched) ? undefined : fetched);
    },

    /**
     * Lets a bundle answer by the step that `prepare` returns, once it is kept on disk.
     * @throws BundleRefusal; the same bytes are not tried again for long, unless the fault may pass soon
     */
    async take(fetched: Fetched, prepare: (release: Release) => Promise<() => void>): Promise<void> {
      try {
        const release = await examineApart(fetched.packed, checks);
        const begin = await prepare(release);
        if (signing) await keep(release, signing.lastGood);
        begin();
        board.active(release, source.kind);
        known.note(fetched, 'used');
      } catch (thrown) {
        const refusal = toRefusal(thrown);
        known.note(fetched, outcomeOf(refusal));
        throw refusal;
      }
    },

    /** The last good one, verified like any other; undefined when there is none. @throws BundleRefusal */
    async fromDisk(): Promise<Release | undefined> {
      const packed = await signing?.lastGood.read();
      return packed && examineApart(packed, checks);
    },
  };
}

function signedOnly({ trust, lastGood, rollback }: Signing, now: () => number): Pick<ApartOptions, 'trust' | 'order'> {
  return { trust, order: { now, seen: lastGood.seen, ...(rollback !== undefined && { rollback }) } };
}

async function keep({ packed, bundle: { revision }, signed }: Release, lastGood: LastGood): Promise<void> {
  if (!signed) return;
  try {
    await lastGood.keep(packed, { revision, issuedAt: signed.issuedAt });
  } catch (thrown) {
    const why = `it could not be kept on disk: ${toError(thrown).message}`;
    throw new BundleRefusal('state_unwritable', why, { cause: thrown });
  }
}
