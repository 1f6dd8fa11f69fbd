import type { ExplanationFacts } from './explanation-facts.ts';

export const READERS = ['grantor', 'delegate'] as const;
export type Reader = (typeof READERS)[number];

/** What this reader is called, and how he calls the other. Those that end in `Start` begin a sentence. */
export interface Names {
  reader: Reader;
  actorStart: string;
  actor: string;
  represented: string;
  /** With the name of an organisation, also of his own: for a title. */
  actorTitle: string;
  representedTitle: string;
  /** The reader is himself the person who acts: verbs of `u`. */
  isYou: boolean;
}

export function namesFor({ represented, delegate }: ExplanationFacts, reader: Reader): Names {
  const own = (party: { kind: string; name: string }) => (party.kind === 'person' ? 'u' : 'uw organisatie');
  const full = (party: { kind: string; name: string }) =>
    party.kind === 'person' ? 'u' : `uw organisatie ${party.name}`;
  const isDelegate = reader === 'delegate';
  const actor = isDelegate ? own(delegate) : delegate.name;
  return {
    reader,
    actor,
    actorStart: capital(actor),
    represented: isDelegate ? represented.name : own(represented),
    actorTitle: capital(isDelegate ? full(delegate) : delegate.name),
    representedTitle: isDelegate ? represented.name : full(represented),
    isYou: isDelegate && delegate.kind === 'person',
  };
}

const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);
