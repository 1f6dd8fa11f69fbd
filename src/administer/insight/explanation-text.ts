import { dutchDay, dutchEnd } from './dutch.ts';
import type { ExplanationFacts } from './explanation-facts.ts';
import { groundLine, limitLines, scopeLine, sharingLines } from './explanation-lines.ts';
import { type Names, namesFor, type Reader } from './explanation-names.ts';

export interface Explanation {
  language: 'nl';
  reader: Reader;
  title: string;
  /** In the order in which to read them: what it is, its limits, how long, how it ends. */
  paragraphs: string[];
  /** What mandating means for each service, in the words of its owner (R55). */
  services: ExplanationFacts['covered'];
}

/** Where a mandate stands at a moment. */
type Phase = 'waiting' | 'before' | 'in force' | 'resting' | 'over';

/** A mandate in the words of a citizen (Dutch, B1): who may do what for whom, until when, and how to end it. */
export function explainMandate(facts: ExplanationFacts, reader: Reader, now: Date): Explanation {
  const names = namesFor(facts, reader);
  const phase = phaseOf(facts, now);
  const isOver = phase === 'over';
  const lines = [
    stateLine(facts, names, phase),
    groundLine(facts, names),
    scopeLine(facts, names, isOver ? 'mocht' : 'mag'),
    ...(isOver ? [] : limitLines(facts, names)),
    periodLine(facts, isOver),
    ...(isOver ? [] : sharingLines(facts, names)),
    ...(isOver ? [] : endLines(facts, names)),
  ];
  const may = phase === 'in force' ? 'mag zaken regelen' : 'mag nu niets regelen';
  return {
    language: 'nl',
    reader,
    title: `${names.actorTitle} ${may} voor ${names.representedTitle}`,
    paragraphs: lines.filter((line) => line !== undefined),
    services: facts.covered,
  };
}

function phaseOf({ status, valid_from, valid_until }: ExplanationFacts, now: Date): Phase {
  if (status === 'requested' || status === 'offered') return 'waiting';
  if (status !== 'active' && status !== 'suspended') return 'over';
  if (valid_until !== undefined && Date.parse(valid_until) <= now.getTime()) return 'over';
  if (status === 'suspended') return 'resting';
  return Date.parse(valid_from) <= now.getTime() ? 'in force' : 'before';
}

/** Why nothing may be done with it now; nothing when it is in force. */
function stateLine(facts: ExplanationFacts, names: Names, phase: Phase): string | undefined {
  if (phase === 'in force') return undefined;
  if (phase === 'before') {
    return `Deze machtiging gaat in op ${dutchDay(facts.valid_from)}. Tot die dag mag er niets mee.`;
  }
  const since = dutchDay(facts.status_since);
  switch (facts.status) {
    case 'requested':
      return names.reader === 'grantor'
        ? `${facts.delegate.name} vraagt om deze machtiging. Hij geldt pas als u ja zegt.`
        : `U hebt om deze machtiging gevraagd. Hij geldt pas als ${names.represented} ja zegt.`;
    case 'offered':
      return 'Deze machtiging geldt nog niet. Eerst moet iedereen die erbij hoort hem goedkeuren of activeren.';
    case 'suspended':
      if (phase === 'over') break;
      return `Deze machtiging staat stil sinds ${since}. Zolang dat zo is, mag er niets mee.`;
    case 'revoked':
      return `Deze machtiging is ingetrokken op ${since}. Er mag niets meer mee.`;
    case 'rejected':
      return `Deze machtiging is afgewezen op ${since}.`;
    case 'withdrawn':
      return `De vraag om deze machtiging is op ${since} teruggetrokken.`;
    case 'lapsed':
      return `Op deze machtiging is niet op tijd gereageerd. Hij is vervallen op ${since}.`;
    case 'active':
      break;
  }
  return 'Deze machtiging is afgelopen. Er mag niets meer mee.';
}

function periodLine({ valid_from, valid_until }: ExplanationFacts, isOver: boolean): string {
  const verb = isOver ? 'was gegeven' : 'geldt';
  const from = `De machtiging ${verb} vanaf ${dutchDay(valid_from)}`;
  return valid_until === undefined ? `${from}, zolang de wet dat zo regelt.` : `${from} ${dutchEnd(valid_until)}.`;
}

function endLines(facts: ExplanationFacts, { reader }: Names): string[] {
  if (facts.kind === 'statutory') {
    return ['U kunt deze machtiging niet zelf intrekken. Hij eindigt als de reden in de wet vervalt.'];
  }
  if (facts.status === 'requested') {
    return reader === 'grantor'
      ? ['U kunt dit goedkeuren of afwijzen. Doet u niets, dan vervalt de vraag vanzelf.']
      : ['U kunt deze vraag altijd terugtrekken.'];
  }
  if (reader === 'delegate') {
    return ['Wilt u dit niet meer doen? Dan kunt u deze machtiging op elk moment zelf beëindigen. Dat werkt meteen.'];
  }
  if (facts.kind === 'appointed') return ['Deze machtiging is door de overheid gegeven. Die kan hem ook intrekken.'];
  return [
    'U kunt deze machtiging op elk moment intrekken. Dat werkt meteen en kan niet worden teruggedraaid.',
    facts.status === 'suspended'
      ? 'U kunt hem ook weer aanzetten.'
      : 'Wilt u hem alleen even stoppen? Dan kunt u hem stilzetten en later weer aanzetten.',
  ];
}
