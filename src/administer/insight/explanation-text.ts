import type { Ground } from '../../domain/facts.ts';
import { dutchDay, dutchEnd, dutchList } from './dutch.ts';
import type { ExplanationFacts } from './explanation-facts.ts';

export const READERS = ['grantor', 'delegate'] as const;
export type Reader = (typeof READERS)[number];

export interface Explanation {
  language: 'nl';
  reader: Reader;
  title: string;
  /** In the order in which to read them: what it is, its limits, how long, how it ends. */
  paragraphs: string[];
  /** What mandating means for each service, in the words of its owner (R55). */
  services: ExplanationFacts['covered'];
}

/** Names as this reader calls them. */
interface Names {
  reader: Reader;
  /** Who may act: `U` to himself. */
  actor: string;
  represented: string;
}

const GROUNDS: Record<Ground, string> = {
  signatory: 'mag volgens het Handelsregister tekenen',
  owner: 'is volgens het Handelsregister eigenaar',
  parental_authority: 'heeft het gezag als ouder',
  curatele: 'is door de rechter benoemd als curator',
  bewind: 'is door de rechter benoemd als bewindvoerder',
  mentorschap: 'is door de rechter benoemd als mentor',
  bankruptcy_curator: 'is door de rechter benoemd als curator in het faillissement',
  liquidator: 'is benoemd als vereffenaar',
};
const OPERATIONS: Record<string, string> = { view: 'bekijken', submit: 'indienen' };
const LEVELS: Record<string, string> = { eh2: 'EH2', eh2plus: 'EH2+', eh3: 'EH3', eh4: 'EH4' };

/** A mandate in the words of a citizen (Dutch, B1): who may do what for whom, until when, and how to end it. */
export function explainMandate(facts: ExplanationFacts, reader: Reader, now: Date): Explanation {
  const names = namesFor(facts, reader);
  const lines = [
    stateLine(facts, names, now),
    groundLine(facts, names),
    scopeLine(facts, names),
    ...limitLines(facts, names),
    periodLine(facts),
    ...sharingLines(facts, names),
    ...endLines(facts, names, now),
  ];
  return {
    language: 'nl',
    reader,
    title: `${names.actor} ${mayNow(facts, now) ? 'mag' : 'mag nu niets'} ${mayNow(facts, now) ? 'zaken regelen ' : 'regelen '}voor ${names.represented}`,
    paragraphs: lines.filter((line) => line !== undefined),
    services: facts.covered,
  };
}

function namesFor({ represented, delegate }: ExplanationFacts, reader: Reader): Names {
  const own = (party: { kind: string; name: string }, you: string) =>
    party.kind === 'person' ? you : `${you === 'U' ? 'Uw' : 'uw'} organisatie ${party.name}`;
  return {
    reader,
    actor: reader === 'delegate' ? own(delegate, 'U') : delegate.name,
    represented: reader === 'grantor' ? own(represented, 'u') : represented.name,
  };
}

const hasEnded = ({ valid_until }: ExplanationFacts, now: Date) =>
  valid_until !== undefined && Date.parse(valid_until) <= now.getTime();

function mayNow(facts: ExplanationFacts, now: Date): boolean {
  return facts.status === 'active' && !hasEnded(facts, now) && Date.parse(facts.valid_from) <= now.getTime();
}

/** Why nothing may be done with it now; nothing when it is in force. */
function stateLine(facts: ExplanationFacts, { reader, represented }: Names, now: Date): string | undefined {
  const since = dutchDay(facts.status_since);
  const { delegate } = facts;
  switch (facts.status) {
    case 'requested':
      return reader === 'grantor'
        ? `${delegate.name} vraagt u om deze machtiging. Hij geldt pas als u ja zegt.`
        : `U hebt om deze machtiging gevraagd. Hij geldt pas als ${represented} ja zegt.`;
    case 'offered':
      return 'Deze machtiging geldt nog niet. Eerst moet iedereen die erbij hoort hem goedkeuren of activeren.';
    case 'suspended':
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
      if (hasEnded(facts, now)) return 'Deze machtiging is afgelopen. Er mag niets meer mee.';
      return mayNow(facts, now)
        ? undefined
        : `Deze machtiging gaat in op ${dutchDay(facts.valid_from)}. Tot die dag mag er niets mee.`;
  }
}

function groundLine({ ground, kind, delegate }: ExplanationFacts, { actor, represented, reader }: Names) {
  if (kind === 'appointed')
    return `De overheid heeft ${reader === 'delegate' ? uncapital(actor) : actor} aangewezen om dit te doen.`;
  if (ground === undefined) return undefined;
  const isYou = reader === 'delegate' && delegate.kind === 'person';
  const because = isYou ? toYou(GROUNDS[ground]) : GROUNDS[ground];
  return `Dit volgt uit de wet: ${uncapital(actor, isYou || reader === 'delegate')} ${because}, voor ${represented}.`;
}

const toYou = (text: string) => text.replace(/^is /, 'bent ').replace(/^heeft /, 'hebt ');
const uncapital = (text: string, wanted = true) => (wanted ? text.charAt(0).toLowerCase() + text.slice(1) : text);

function scopeLine(facts: ExplanationFacts, { actor, represented }: Names): string {
  const what = [
    ...(facts.all_services ? ['alle diensten van de overheid'] : []),
    ...(facts.owner ? [`alle diensten van ${facts.owner.name}`] : []),
    ...(facts.covered.length > 0
      ? [
          `${facts.covered.length === 1 ? 'de dienst' : 'de diensten'} ${dutchList(facts.covered.map(({ name }) => name))}`,
        ]
      : []),
  ];
  const scope = what.length > 0 ? dutchList(what) : 'diensten die nu gesloten zijn';
  return `${actor} mag voor ${represented} gebruikmaken van ${scope}.`;
}

function limitLines(facts: ExplanationFacts, { actor, represented }: Names): (string | undefined)[] {
  const { operations, cases, joint } = facts;
  return [
    operations === 'all'
      ? undefined
      : `Dat mag alleen om te ${dutchList(
          operations.map((name) => OPERATIONS[name] ?? `‘${name}’`),
          'of te',
        )}.`,
    branchLine(facts),
    cases === 'all'
      ? undefined
      : `Dit geldt alleen voor ${cases.length === 1 ? 'deze zaak' : 'deze zaken'}: ${dutchList(cases.map((one) => one.slice(one.indexOf('#') + 1)))}.`,
    facts.reach === 'clients'
      ? `${actor} mag dit alleen doen voor klanten van ${represented}, niet voor ${represented} zelf.`
      : undefined,
    facts.reach === 'both'
      ? `${actor} mag dit doen voor ${represented} en voor klanten van ${represented}.`
      : undefined,
    joint &&
      `${actor} mag dit niet alleen. ${joint.required === 2 ? 'Eén' : joint.required - 1} van deze mensen ${joint.required === 2 ? 'moet' : 'moeten'} meedoen: ${dutchList(
        joint.with.map(({ name }) => name),
        'of',
      )}.`,
    `${actor} moet daarvoor inloggen op niveau ${LEVELS[facts.loa] ?? facts.loa} of hoger.`,
  ];
}

function branchLine({ branches, branch_names, represented }: ExplanationFacts): string | undefined {
  if (branches === 'all') return represented.kind === 'person' ? undefined : 'Dit geldt voor alle vestigingen.';
  const named = branches.map((one) => (branch_names[one] ? `${branch_names[one]} (${one})` : one));
  return `Dit geldt alleen voor ${branches.length === 1 ? 'de vestiging' : 'de vestigingen'} ${dutchList(named)}.`;
}

function periodLine({ valid_from, valid_until }: ExplanationFacts): string {
  const from = `De machtiging geldt vanaf ${dutchDay(valid_from)}`;
  return valid_until === undefined ? `${from}, zolang de wet dat zo regelt.` : `${from} ${dutchEnd(valid_until)}.`;
}

function sharingLines(facts: ExplanationFacts, names: Names): (string | undefined)[] {
  const { actor, represented } = names;
  const to = { delegate: actor, represented, both: `${actor} en ${represented}` };
  return [
    facts.substitution ? `${actor} mag dit doorgeven aan een ander.` : undefined,
    facts.derived_from
      ? 'Deze machtiging is doorgegeven. Eindigt de machtiging waar hij van komt, dan eindigt deze ook.'
      : undefined,
    facts.follow_up &&
      `Berichten hierover gaan naar ${uncapital(to[facts.follow_up], names.reader === 'delegate' && facts.follow_up !== 'represented')}.`,
    facts.reads_messages ? `${actor} kan de berichten hierover van ${represented} lezen.` : undefined,
    facts.survivor ? `Deze machtiging blijft gelden als ${facts.represented.name} overlijdt.` : undefined,
  ];
}

function endLines(facts: ExplanationFacts, { reader }: Names, now: Date): string[] {
  if (!['active', 'suspended', 'requested', 'offered'].includes(facts.status) || hasEnded(facts, now)) return [];
  if (facts.kind === 'statutory') {
    return ['U kunt deze machtiging niet zelf intrekken. Hij eindigt als de reden in de wet vervalt.'];
  }
  if (facts.status === 'requested') {
    return [
      reader === 'grantor'
        ? 'U kunt dit goedkeuren of afwijzen. Doet u niets, dan vervalt de vraag vanzelf.'
        : 'U kunt deze vraag altijd terugtrekken.',
    ];
  }
  if (reader === 'delegate') {
    return ['Wilt u dit niet meer doen? Dan kunt u deze machtiging op elk moment zelf beëindigen. Dat werkt meteen.'];
  }
  return [
    'U kunt deze machtiging op elk moment intrekken. Dat werkt meteen en kan niet worden teruggedraaid. ' +
      'Wilt u hem alleen even stoppen? Dan kunt u hem stilzetten en later weer aanzetten.',
  ];
}
