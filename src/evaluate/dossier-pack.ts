import { isDeepStrictEqual } from 'node:util';
import type { PartyFacts } from '../domain/facts.ts';
import type { ChainCandidate, PathMandate, ServiceQuestion } from '../policy/input.ts';
import {
  type Frame,
  HAS,
  type MandateTerms,
  OWN_IN_REQUEST,
  PARENT,
  type Packed,
  type PartyTerms,
  unpack,
} from './dossier-unpack.ts';
import type { Gathered } from './gather.ts';
import { packedMoment, packedString, packedWord, sealed } from './packed-text.ts';

/** @returns undefined for what does not come out as it went in: it is to be kept as it is */
export type Pack = (gathered: Gathered, before: string) => (Packed & { addedBytes: number }) | undefined;

/** Whoever refers to a full list keeps it; the next ones begin another. */
const MOST_SHARED = 1024;
/** Of heap, about, for what is shared: the object, and the text by which it is found. */
const SHARED_BYTES = 150;
export function makePack(): Pack {
  let shared = makeShared();
  return (gathered, before) => {
    if (gathered.together.length > 0) return undefined;
    if (shared.list.length >= MOST_SHARED) shared = makeShared();
    const addedBefore = shared.bytes();
    const text = sealed(before + new Writer(shared).gathered(gathered));
    if (text === undefined) return undefined;
    const packed = { text, shared: shared.list };
    // Nothing rests on this file knowing all facts: what it does not know makes a difference here.
    if (!isDeepStrictEqual(unpack(packed, before.length), gathered)) return undefined;
    return { ...packed, addedBytes: shared.bytes() - addedBefore };
  };
}

function makeShared() {
  const list: object[] = [];
  const numbers = new Map<string | object, number>();
  let bytes = 0;
  return {
    list,
    bytes: () => bytes,
    /** @param key what it is found by: itself, or a text that says all of it */
    add(key: string | object, one: object): number {
      const known = numbers.get(key);
      if (known !== undefined) return known;
      numbers.set(key, list.length);
      bytes += typeof key === 'string' ? SHARED_BYTES + 2 * key.length : SHARED_BYTES;
      return list.push(one) - 1;
    },
  };
}

class Writer {
  readonly #shared: ReturnType<typeof makeShared>;

  constructor(shared: ReturnType<typeof makeShared>) {
    this.#shared = shared;
  }

  gathered({ actor, represented, via, services, ...rest }: Gathered): string {
    const own = OWN_IN_REQUEST.filter((name) => rest.request[name] !== undefined);
    const request = { ...rest.request };
    for (const name of own) request[name] = '';
    const frame: Gathered = { ...rest, request, actor: { ...actor }, represented: { ...represented }, services: [] };
    delete frame.actor.party;
    delete frame.represented.party;
    if (via) frame.via = {};
    const has = (actor.party ? HAS.actor : 0) | (represented.party ? HAS.represented : 0) | (via?.party ? HAS.via : 0);
    let text = this.#same(JSON.stringify(frame), { rest: frame, own } satisfies Frame) + packedWord(has);
    for (const name of own) text += packedString(rest.request[name] ?? '');
    for (const one of [actor, represented, via]) if (one?.party) text += this.#party(one.party);
    return text + this.#list(services, (asked) => this.#service(asked));
  }

  #same(key: string | object, one: object): string {
    return packedWord(this.#shared.add(key, one));
  }

  #list<T>(items: readonly T[], write: (item: T) => string): string {
    let text = packedWord(items.length);
    for (const item of items) text += write(item);
    return text;
  }

  #service({ service, direct, chains }: ServiceQuestion): string {
    const own = this.#list(direct, (found) => this.#mandate(found));
    return this.#same(service, service) + own + this.#list(chains, (chain) => this.#chain(chain));
  }

  #chain({ intermediary, first, second }: ChainCandidate): string {
    const [one, other] = [first, second].map((link) => this.#list(link, (found) => this.#mandate(found)));
    return `${this.#party(intermediary)}${one}${other}`;
  }

  #party(facts: PartyFacts): string {
    const { party_id, kind, states, has_branches, kvk, birth_date, ...others } = facts;
    const own = birth_date !== undefined ? 'birth_date' : kvk !== undefined ? 'kvk' : 'none';
    const rest = own === 'birth_date' && kvk !== undefined ? { ...others, kvk } : others;
    const terms: PartyTerms = { kind, states, has_branches, own, rest: someOf(rest) };
    const text = this.#same(JSON.stringify(terms), terms) + packedString(party_id);
    return own === 'none' ? text : text + packedString((own === 'kvk' ? kvk : birth_date) ?? '');
  }

  #mandate({ parent, ...facts }: PathMandate): string {
    const { mandate_id, valid_from, granted_at, valid_until, ...terms } = facts;
    const { kind, status, loa, scope, operations, branches, cases, ...others } = terms;
    const { ground, reach, follow_up, granted_under, survivor, reads_messages, substitution, ...rest } = others;
    const optional = { ground, reach, follow_up, granted_under, survivor, reads_messages, substitution };
    const ends = valid_until !== undefined;
    const same = { kind, status, loa, scope, operations, branches, cases, ends, optional, rest: someOf(rest) };
    let text = this.#same(JSON.stringify(same), same satisfies MandateTerms);
    text += packedString(mandate_id) + packedMoment(valid_from) + packedMoment(granted_at);
    if (ends) text += packedMoment(valid_until);
    if (parent === undefined) return text + packedWord(PARENT.none);
    const { mandate, delegate } = parent;
    text += packedWord(PARENT.empty | (mandate ? PARENT.mandate : 0) | (delegate ? PARENT.delegate : 0));
    return text + (mandate ? this.#mandate(mandate) : '') + (delegate ? this.#party(delegate) : '');
  }
}

function someOf(fields: object): object | undefined {
  return Object.keys(fields).length === 0 ? undefined : fields;
}
