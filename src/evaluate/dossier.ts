import type { Question } from '../domain/evaluation.ts';
import { isPartyRef, type PartyName } from '../domain/identifier.ts';
import { makeTwoGenerations } from '../mandates/cache-generations.ts';
import type { Forgetful } from '../mandates/follow/follower.ts';
import type { RecordKey } from '../mandates/record.ts';
import { makeAsked } from './dossier-asked.ts';
import { makeChanges } from './dossier-changes.ts';
import { bytesOf } from './dossier-size.ts';
import type { Gathered } from './gather.ts';

/**
 * What was gathered for questions that were asked before, until one of the records that it was made of changes: the
 * register's word on a question, never the answer. Position, age and policy are asked anew for every request.
 */
export interface Dossiers extends Forgetful {
  /** The same object as long as it stands; undefined when there is none, or a record in it may have changed. */
  find(name: string): Gathered | undefined;
  /** Whether it is worth keeping: true once the question comes again while an earlier time is remembered. */
  isWanted(name: string): boolean;
  /** @param keys all that were read for it at one moment, those under which nothing was found as well */
  keep(name: string, gathered: Gathered, keys: readonly RecordKey[]): void;
  counts(): { hits: number; misses: number; bytes: number; entries: number };
}

interface Dossier {
  gathered: Gathered;
  /** Where changes of its records are marked. */
  places: readonly number[];
  /** Nothing in it had changed by then. */
  goodAt: number;
  bytes: number;
}

/**
 * Of dossiers, for each record whose changes are marked: a question reads five to ten records, of which others read some
 * as well. Its mark takes an eighth of that besides.
 */
const BYTES_A_RECORD = 128;
const LEAST_ROOM = 2 ** 10;

const roomFor = (maxBytes: number): number =>
  Math.max(LEAST_ROOM, 2 ** Math.ceil(Math.log2(maxBytes / BYTES_A_RECORD)));

/** @param maxBytes about; what was not asked for longest is let go of first */
export function makeDossiers({ maxBytes }: { maxBytes: number }): Dossiers {
  const asked = makeAsked();
  const changes = makeChanges(roomFor(maxBytes));
  const shelf = makeTwoGenerations<string, Dossier>(maxBytes, (_, { bytes }) => bytes);
  let hits = 0;
  let misses = 0;

  function isGood(dossier: Dossier): boolean {
    const now = changes.now();
    if (dossier.goodAt === now) return true;
    if (changes.since(dossier.goodAt, dossier.places)) return false;
    dossier.goodAt = now;
    return true;
  }

  return {
    find(name) {
      const dossier = shelf.get(name);
      if (dossier !== undefined && isGood(dossier)) {
        hits++;
        return dossier.gathered;
      }
      misses++;
      return undefined;
    },
    // One that stood before was asked for more than once.
    isWanted: (name) => shelf.get(name) !== undefined || asked.again(name),
    keep(name, gathered, keys) {
      const places = changes.watch(keys);
      if (places === undefined) return;
      const bytes = bytesOf(name, gathered, places);
      shelf.set(name, { gathered, places, goodAt: changes.now(), bytes });
    },
    drop: changes.mark,
    clear() {
      changes.markAll();
      shelf.clear();
    },
    counts: () => ({ hits, misses, ...shelf.size() }),
  };
}

/**
 * Names all that `gather` reads of a question, so that two questions of one name rest on the same facts. Each part says
 * how long it is: free text can then stand for nothing but itself.
 */
export function dossierName(question: Question): string {
  const { actor, represented, via, together = [], service, loa, min_loa, branch, operation } = question;
  let name = party(actor) + party(represented) + part(service) + part(loa) + part(branch) + part(question.case);
  name += part(operation) + part(min_loa) + (via === undefined ? '-' : party(via));
  for (const other of together) name += party(other.id) + part(other.loa);
  return name;
}

function party(name: PartyName): string {
  if (isPartyRef(name)) return `@${part(name.kind)}${part(name.party_id)}`;
  return name.scheme + part(name.value);
}

function part(text: string | undefined): string {
  return text === undefined ? '-' : `${text.length}:${text}`;
}
