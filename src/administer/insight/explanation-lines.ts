import type { Ground } from '../../domain/facts.ts';
import { dutchList } from './dutch.ts';
import type { ExplanationFacts } from './explanation-facts.ts';
import type { Names } from './explanation-names.ts';

type Line = string | undefined;

const GROUNDS: Record<Ground, string> = {
  signatory: 'mag volgens het Handelsregister tekenen voor',
  owner: 'is volgens het Handelsregister eigenaar van',
  parental_authority: 'heeft het gezag over',
  curatele: 'is door de rechter benoemd als curator van',
  bewind: 'is door de rechter benoemd als bewindvoerder van',
  mentorschap: 'is door de rechter benoemd als mentor van',
  bankruptcy_curator: 'is door de rechter benoemd als curator in het faillissement van',
  liquidator: 'is benoemd als vereffenaar van',
};
const OPERATIONS: Record<string, string> = { view: 'bekijken', submit: 'indienen' };
const LEVELS: Record<string, string> = { eh2: 'EH2', eh2plus: 'EH2+', eh3: 'EH3', eh4: 'EH4' };

/** Why he may, when nobody gave it. */
export function groundLine({ ground, kind }: ExplanationFacts, { actor, represented, isYou }: Names): Line {
  if (kind === 'appointed') return `De overheid heeft ${actor} aangewezen om dit te doen voor ${represented}.`;
  if (ground === undefined) return undefined;
  const because = isYou ? GROUNDS[ground].replace(/^is /, 'bent ').replace(/^heeft /, 'hebt ') : GROUNDS[ground];
  return `Dit volgt uit de wet: ${actor} ${because} ${represented}.`;
}

export function scopeLine(facts: ExplanationFacts, { actorStart, represented }: Names, may: string): string {
  const names = facts.covered.map(({ name }) => name);
  const what = [
    ...(facts.all_services ? ['alle diensten van de overheid'] : []),
    ...(facts.owner ? [`alle diensten van ${facts.owner.name}`] : []),
    ...(names.length > 0 ? [`${names.length === 1 ? 'de dienst' : 'de diensten'} ${dutchList(names)}`] : []),
  ];
  const scope = what.length > 0 ? dutchList(what) : 'diensten die nu gesloten zijn';
  return `${actorStart} ${may} voor ${represented} gebruikmaken van ${scope}.`;
}

export function limitLines(facts: ExplanationFacts, names: Names): Line[] {
  const { actorStart, represented } = names;
  return [
    operationLine(facts),
    branchLine(facts),
    caseLine(facts),
    facts.reach === 'clients'
      ? `${actorStart} mag dit alleen doen voor klanten van ${represented}, niet voor ${represented} zelf.`
      : undefined,
    facts.reach === 'both' ? `${actorStart} mag dit ook doen voor klanten van ${represented}.` : undefined,
    jointLine(facts, names),
    levelLine(facts, names),
  ];
}

function operationLine({ operations }: ExplanationFacts): Line {
  if (operations === 'all') return undefined;
  const named = operations.map((name) => OPERATIONS[name] ?? `‘${name}’`);
  return `Dat mag alleen om te ${dutchList(named, 'of te')}.`;
}

function branchLine({ branches, branch_names, represented }: ExplanationFacts): Line {
  if (branches === 'all') return represented.kind === 'person' ? undefined : 'Dit geldt voor alle vestigingen.';
  const named = branches.map((one) => (branch_names[one] ? `${branch_names[one]} (${one})` : one));
  return `Dit geldt alleen voor ${branches.length === 1 ? 'de vestiging' : 'de vestigingen'} ${dutchList(named)}.`;
}

function caseLine({ cases }: ExplanationFacts): Line {
  if (cases === 'all') return undefined;
  const named = cases.map((one) => one.slice(one.indexOf('#') + 1));
  return `Dit geldt alleen voor ${cases.length === 1 ? 'deze zaak' : 'deze zaken'}: ${dutchList(named)}.`;
}

/** `required` counts the holder himself. */
function jointLine({ joint }: ExplanationFacts, { actorStart }: Names): Line {
  if (joint === undefined) return undefined;
  const others = joint.required - 1;
  const with_ = dutchList(joint.with.map(({ name }) => name));
  if (others === joint.with.length) return `${actorStart} mag dit niet alleen, maar samen met ${with_}.`;
  return `${actorStart} mag dit niet alleen: van deze mensen ${others === 1 ? 'moet er 1' : `moeten er ${others}`} meedoen: ${with_}.`;
}

/** What the law gives has no level of its own: that of the service counts. */
function levelLine({ kind, loa, delegate }: ExplanationFacts, { actorStart }: Names): Line {
  if (kind === 'statutory') return undefined;
  const who = delegate.kind === 'person' ? actorStart : 'Wie dat doet,';
  return `${who} moet daarvoor inloggen op niveau ${LEVELS[loa] ?? loa} of hoger.`;
}

export function sharingLines(facts: ExplanationFacts, { actor, actorStart, represented }: Names): Line[] {
  const to = { delegate: actor, represented, both: `${actor} en ${represented}` };
  return [
    facts.substitution ? `${actorStart} mag dit doorgeven aan een ander.` : undefined,
    facts.derived_from
      ? 'Deze machtiging is doorgegeven. Eindigt de machtiging waar hij van komt, dan eindigt deze ook.'
      : undefined,
    facts.follow_up && `Berichten hierover gaan naar ${to[facts.follow_up]}.`,
    facts.reads_messages ? `${actorStart} kan de berichten hierover van ${represented} lezen.` : undefined,
    facts.survivor ? `Deze machtiging blijft gelden als ${facts.represented.name} overlijdt.` : undefined,
  ];
}
