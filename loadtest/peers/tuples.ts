import { isDirect, isFirstLink, isSecondLink, type PeerMandate, type PeerRegister } from './register.ts';
import { type WireMandate, wireMandate } from './wire.ts';

/**
 * A relation of a graph of relationships, from a party to a person or to those who serve the clients of another party.
 * One for each pair, since both engines keep one by its two ends: the mandates of the pair lie in its condition.
 */
export interface Tuple {
  party: string;
  relation: 'given' | 'serves';
  /** `organisation`: everybody who serves its clients. */
  to: { person: string } | { organisation: string };
  mandates: Omit<WireMandate, 'status'>[];
}

export const relationOf = ({ to }: Tuple): 'holds' | 'holds_chain' => ('person' in to ? 'holds' : 'holds_chain');

/** The register as tuples. Mandates that are not active are no relation; those of one party come together. */
export function* tuplesOf(register: PeerRegister): Generator<{ tuples: Tuple[]; mandates: number }> {
  let [party, batch]: [string, PeerMandate[]] = ['', []];
  for (const mandate of register.mandates()) {
    if (mandate.represented !== party && batch.length > 0) {
      yield { tuples: pairsOf(batch), mandates: batch.length };
      batch = [];
    }
    party = mandate.represented;
    if (mandate.status === 'active') batch.push(mandate);
  }
  if (batch.length > 0) yield { tuples: pairsOf(batch), mandates: batch.length };
}

function pairsOf(mandates: readonly PeerMandate[]): Tuple[] {
  const tuples = new Map<string, Tuple>();
  const add = (mandate: PeerMandate, relation: Tuple['relation'], to: Tuple['to']) => {
    const key = `${relation} ${mandate.represented} ${mandate.delegate}`;
    const { status: _, ...kept } = wireMandate(mandate);
    const known = tuples.get(key);
    if (known) known.mandates.push(kept);
    else tuples.set(key, { party: mandate.represented, relation, to, mandates: [kept] });
  };
  for (const mandate of mandates) {
    if (isDirect(mandate)) add(mandate, 'given', { person: mandate.delegate });
    if (isFirstLink(mandate)) add(mandate, 'given', { organisation: mandate.delegate });
    if (isSecondLink(mandate)) add(mandate, 'serves', { person: mandate.delegate });
  }
  return [...tuples.values()];
}

/** An identifier in the letters that both engines take in ids; no two become the same. */
export function objectId(urn: string): string {
  return urn
    .replace(/^urn:/, '')
    .replaceAll(/[^A-Za-z0-9_:-]/g, (letter) => `=${letter.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .replaceAll(':', '/');
}

/** Writes batches of tuples, some at a time. @throws what `write` throws, or the error of `late` when time is up */
export async function writeAll(
  register: PeerRegister,
  write: (tuples: readonly Tuple[]) => Promise<void>,
  options: {
    batch: number;
    atOnce: number;
    seconds: number;
    late: (loaded: number) => Error;
    onProgress?: (loaded: number) => void;
  },
): Promise<number> {
  const until = performance.now() + options.seconds * 1000;
  const batches = batchesOf(register, options.batch);
  let loaded = 0;
  const writer = async () => {
    for (const { tuples, mandates } of batches) {
      if (performance.now() > until) throw options.late(loaded);
      await write(tuples);
      loaded += mandates;
      options.onProgress?.(loaded);
    }
  };
  await Promise.all(Array.from({ length: options.atOnce }, writer));
  return loaded;
}

function* batchesOf(register: PeerRegister, size: number): Generator<{ tuples: Tuple[]; mandates: number }> {
  let [waiting, mandates]: [Tuple[], number] = [[], 0];
  for (const next of tuplesOf(register)) {
    waiting.push(...next.tuples);
    mandates += next.mandates;
    while (waiting.length >= size) {
      yield { tuples: waiting.slice(0, size), mandates };
      waiting = waiting.slice(size);
      mandates = 0;
    }
  }
  if (waiting.length > 0) yield { tuples: waiting, mandates };
}
