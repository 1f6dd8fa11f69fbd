import { toError } from '../domain/errors.ts';
import { BundleRefusal, type RefusalCode } from '../policy/bundle-refusal.ts';
import type { Trust } from '../policy/signature.ts';
import { type Checks, examine, type Release, toRefusal } from './examine.ts';
import type { LastGood } from './last-good.ts';
import { makeAdmit } from './order.ts';
import { inSlices } from './slices.ts';
import type { Fetched, Source } from './source.ts';
import type { Board } from './status.ts';
import { warmUp } from './warm.ts';

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
}

/** What may be otherwise the next time, with the same bundle. */
const PASSING: ReadonlySet<RefusalCode> = new Set(['state_unwritable', 'future_dated', 'internal']);

/** Whether it is worth asking again, and ever less often. */
export function mayPass({ code }: BundleRefusal): boolean {
  return code.startsWith('source_') || PASSING.has(code);
}

/** Takes what a source gives through all checks, up to the step that lets it answer. */
export function makeIntake({ source, signing, board, signal, now }: IntakeDeps) {
  const breathe = inSlices(signal);
  const checks: Checks = { breathe, ...(signing && signedOnly(signing, now)) };
  let known: string | undefined;

  async function ready(packed: Uint8Array): Promise<Release> {
    const release = await examine(packed, checks);
    await warmUp(release.bundle, breathe);
    return release;
  }

  return {
    /** What the source has, unless it was tried before. @throws BundleRefusal */
    async fetch(): Promise<Fetched | undefined> {
      const fetched = await source.fetch(known, signal);
      board.heard();
      return fetched;
    },

    /**
     * Lets a bundle answer by the step that `prepare` returns, once it is kept on disk.
     * @throws BundleRefusal; the same bytes are not tried again, unless the fault may pass
     */
    async take({ packed, tag }: Fetched, prepare: (release: Release) => Promise<() => void>): Promise<void> {
      known = undefined;
      try {
        const release = await ready(packed);
        const begin = await prepare(release);
        if (signing) await keep(release, signing.lastGood);
        begin();
        board.active(release, source.kind);
        known = tag;
      } catch (thrown) {
        const refusal = toRefusal(thrown);
        if (!mayPass(refusal)) known = tag;
        throw refusal;
      }
    },

    /** The last good one, verified like any other; undefined when there is none. @throws BundleRefusal */
    async fromDisk(): Promise<Release | undefined> {
      const packed = await signing?.lastGood.read();
      return packed && ready(packed);
    },
  };
}

function signedOnly({ trust, lastGood, rollback }: Signing, now: () => number): Pick<Checks, 'trust' | 'admit'> {
  return { trust, admit: makeAdmit({ now, seen: lastGood.seen, ...(rollback !== undefined && { rollback }) }) };
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
