import type { PartyKind } from '../../domain/facts.ts';
import { dutchDay, dutchEnd } from '../insight/dutch.ts';

interface PartyName {
  party_id: string;
  kind: PartyKind;
  name: string;
}

/** What the text of a notice is made of. */
export interface NoticeFacts {
  kind: string;
  /** To whom it is. */
  party_id: string;
  /** `cause`: why it stands as it now does. */
  mandate?: { name: string; represented: PartyName; delegate: PartyName; cause?: string | null };
  details: Readonly<Record<string, unknown>>;
}

/** What became of the mandate, by the words of `change_verb` and those of jobs. */
const BECAME: Readonly<Record<string, string>> = {
  granted: 'is vastgelegd',
  requested: 'is gevraagd. Hij geldt nog niet',
  offered: 'staat klaar. Hij geldt nog niet',
  activated: 'geldt nu',
  changed: 'is gewijzigd',
  suspended: 'staat stil. Er mag nu niets mee',
  reactivated: 'is weer aangezet',
  revoked: 'is ingetrokken. Er mag niets meer mee',
  rejected: 'is afgewezen',
  withdrawn: 'is teruggetrokken',
  lapsed: 'is vervallen',
};
/** After these nothing comes any more: the cause that the mandate has is that of the notice. */
const FINAL = ['rejected', 'withdrawn', 'lapsed'];
const TOO_LATE = 'nobody answered in time';

/** A notice in the words of a citizen (Dutch, B1). */
export function noticeText(facts: NoticeFacts): string {
  const { kind, mandate, details } = facts;
  const day = (name: string) => (typeof details[name] === 'string' ? dutchDay(details[name]) : 'de afgesproken dag');
  if (kind.startsWith('reconfirmation')) {
    const many = details.mandates === 1 ? 'een machtiging' : `${details.mandates ?? 'enkele'} machtigingen`;
    return `Van ${many} is 24 maanden geen gebruik gemaakt. Zeg voor ${day('due_at')} of ze nog nodig zijn. Zonder antwoord eindigen ze.`;
  }
  if (kind === 'paper_request_overdue') {
    return `Uw verzoek op papier moest op ${day('due_at')} klaar zijn. Dat is niet gelukt. Er wordt aan gewerkt.`;
  }
  if (mandate === undefined) return 'Er is iets veranderd in uw machtigingen.';
  const which = `De machtiging ‘${mandate.name}’ van ${called(mandate.represented, facts)} aan ${called(mandate.delegate, facts)}`;
  if (kind === 'ends_soon' && typeof details.valid_until === 'string') {
    return `${which} geldt nog ${dutchEnd(details.valid_until)}. Verleng hem op tijd als dat nodig is.`;
  }
  const isAsked = kind === 'requested' && facts.party_id === mandate.represented.party_id;
  const why = FINAL.includes(kind) ? whyNot(kind, mandate.cause) : '';
  return `${which} ${BECAME[kind] ?? 'is gewijzigd'}${why}.${isAsked ? ' Keur hem goed of wijs hem af.' : ''}`;
}

/** In the words of whoever rejected or withdrew it; what lapsed by itself tells of the clock alone. */
function whyNot(kind: string, cause: string | null | undefined): string {
  if (kind === 'lapsed') return cause === TOO_LATE ? ', omdat er niet op tijd is gereageerd' : '';
  return cause ? `. De reden: ‘${cause}’` : '';
}

function called({ party_id, kind, name }: PartyName, facts: NoticeFacts): string {
  if (party_id !== facts.party_id) return name;
  return kind === 'person' ? 'u' : `uw organisatie ${name}`;
}
