import type { Question } from '../domain/evaluation.ts';
import { isPartyRef, type PartyName } from '../domain/identifier.ts';
import type { Forgetful } from '../mandates/follow/follower.ts';
import type { RecordKey } from '../mandates/record.ts';
import { lengthOfPlaces, MOST_ROOM, makeChanges, type Places } from './dossier-changes.ts';
import { makePack } from './dossier-pack.ts';
import { makeShelf, type Shelved } from './dossier-shelf.ts';
import { bytesOf, TYPICAL_BYTES } from './dossier-size.ts';
import { type Packed, unpack } from './dossier-unpack.ts';
import type { Gathered } from './gather.ts';

/**
 * What was gathered for questions that were asked before, until one of the records that it was made of changes: the
 * register's word on a question, never the answer. Position, age and policy are asked anew for every request.
 */
export interface Dossiers extends Forgetful {
  /** Equal each time, as long as it stands; undefined when there is none, or a record in it may have changed. */
  find(name: string): Gathered | undefined;
  /** It was not found: whether it is worth keeping, since it comes again, and oftener than what would have to give way. */
  isWanted(name: string): boolean;
  /** @param keys all that were read for it at one moment, those under which nothing was found as well */
  keep(name: string, gathered: Gathered, keys: readonly RecordKey[]): void;
  counts(): { hits: number; misses: number; bytes: number; entries: number };
}

interface Dossier extends Shelved {
  /** Where changes of its records are marked, and behind that what was gathered, if that could be packed. */
  text: Places;
  /** What packed facts share with others, or the facts themselves. */
  facts: Packed['shared'] | Gathered;
  /** Nothing in it had changed by then. */
  goodAt: number;
}

/**
 * Of dossiers, for each record whose changes are marked: a question reads seven or so, of which others read some as
 * well. Its mark takes a quarter of that besides.
 */
const BYTES_A_RECORD = 64;
const LEAST_ROOM = 2 ** 10;

const roomFor = (maxBytes: number): number =>
  Math.min(MOST_ROOM, Math.max(LEAST_ROOM, 8 * Math.ceil(maxBytes / BYTES_A_RECORD / 8)));

/** @param maxBytes about; what is asked for least often gives way */
export function makeDossiers({ maxBytes }: { maxBytes: number }): Dossiers {
  const changes = makeChanges(roomFor(maxBytes));
  const shelf = makeShelf<Dossier>(maxBytes, TYPICAL_BYTES);
  const pack = makePack();
  let hits = 0;
  let misses = 0;

  function isGood(dossier: Dossier): boolean {
    const now = changes.now();
    if (dossier.goodAt === now) return true;
    if (changes.since(dossier.goodAt, dossier.text)) return false;
    dossier.goodAt = now;
    return true;
  }

  return {
    find(name) {
      const dossier = shelf.get(name);
      if (dossier !== undefined && isGood(dossier)) {
        hits++;
        return factsOf(dossier);
      }
      misses++;
      return undefined;
    },
    isWanted: shelf.isWanted,
    keep(asked, gathered, keys) {
      const places = changes.watch(keys);
      if (places === undefined) return;
      const name = flat(asked);
      const packed = pack(gathered, places);
      const bytes = bytesOf(name, packed ?? { text: places, gathered });
      const [text, facts] = packed ? [packed.text, packed.shared] : [places, gathered];
      shelf.put({ name, text, facts, goodAt: changes.now(), bytes, uses: 0, at: 0 });
    },
    drop: changes.mark,
    clear() {
      changes.markAll();
      shelf.clear();
    },
    counts: () => ({ hits, misses, ...shelf.size() }),
  };
}

function factsOf({ text, facts }: Dossier): Gathered {
  return isShared(facts) ? unpack({ text, shared: facts }, lengthOfPlaces(text)) : facts;
}

function isShared(facts: Dossier['facts']): facts is Packed['shared'] {
  return Array.isArray(facts);
}

/** A text put together of others keeps them all. */
function flat(name: string): string {
  const text = Buffer.from(name, 'latin1').toString('latin1');
  return text === name ? text : name;
}

/**
 * Names all that `gather` reads of a question, so that two questions of one name rest on the same facts. Each part says
 * how long it is: free text can then stand for nothing but itself.
 */
export function dossierName(question: Question): string {
  const { actor, represented, via, together = [], service, loa, min_loa, branch, operation } = question;
  let name = party(actor) + party(represented) + part(service) + part(loa) + part(branch) + part(question.case);
  name += part(operation) + part(min_loa) + (via === undefined ? NONE : party(via));
  for (const other of together) name += party(other.id) + part(other.loa);
  return name;
}

function party(name: PartyName): string {
  if (isPartyRef(name)) return `@${part(name.kind)}${part(name.party_id)}`;
  return name.scheme + part(name.value);
}

/** Its length as one character, where it is short: that takes less than writing the number. */
function part(text: string | undefined): string {
  if (text === undefined) return NONE;
  return text.length < LONG ? String.fromCharCode(text.length + 1) + text : `${MORE}${text.length}:${text}`;
}

const NONE = '\0';
const LONG = 255;
const MORE = String.fromCharCode(LONG + 1);
