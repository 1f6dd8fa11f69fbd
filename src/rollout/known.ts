import { createHash } from 'node:crypto';
import type { Fetched } from './source.ts';

/** What a source was found to give, so that the same need not be fetched or tried again. */
export interface Known {
  /** By which the source recognises what was fetched last; undefined when all of it is to be fetched. */
  tag(): string | undefined;
  /** Whether the same bytes were tried before, whatever the source calls them now. */
  recognises(fetched: Fetched): boolean;
  /** It was tried: it answers, or is refused (for less long where it only took too much), or is to be tried again. */
  note(fetched: Fetched, outcome: 'used' | 'refused' | 'costly' | 'again'): void;
}

/**
 * For so long a source is believed that nothing changed, and a refusal that another look changes nothing. A tag that
 * once came from somebody who meant no good (of the release after this one, say) withholds nothing for longer.
 */
const BELIEVED_MS = 3_600_000;
/** A busy machine takes long over any bundle; one made to take long costs a tenth of a core, tried so often. */
const COSTLY_MS = 300_000;
/** An entity tag as RFC 9110 section 8.8.3 has it, of bearable length: never `*`, and never a list of them. */
const ENTITY_TAG = /^(?:W\/)?"[\x21\x23-\x7e\x80-\xff]{0,256}"$/;

export function makeKnown(clock: () => number = () => performance.now(), believedMs = BELIEVED_MS): Known {
  let tagged: { tag: string; until: number } | undefined;
  let refused: { digest: string; until: number } | undefined;
  let used: string | undefined;
  const renew = (tag: string | undefined, until: number) => {
    tagged = tag === undefined ? undefined : { tag, until };
  };
  return {
    tag: () => (tagged && clock() < tagged.until ? tagged.tag : undefined),
    recognises({ packed, tag }) {
      const digest = digestOf(packed);
      const until = digest === used ? clock() + believedMs : digest === refused?.digest ? refused.until : 0;
      if (clock() >= until) return false;
      renew(tag, until);
      return true;
    },
    note({ packed, tag }, outcome) {
      const until = clock() + (outcome === 'costly' ? COSTLY_MS : believedMs);
      renew(outcome === 'again' ? undefined : tag, until);
      if (outcome === 'used') [used, refused] = [digestOf(packed), undefined];
      else if (outcome !== 'again') refused = { digest: digestOf(packed), until };
    },
  };
}

/** The tag of a web server, when it is one. */
export function entityTag(text: string | undefined): string | undefined {
  return text !== undefined && ENTITY_TAG.test(text) ? text : undefined;
}

function digestOf(packed: Uint8Array): string {
  return createHash('sha256').update(packed).digest('hex');
}
