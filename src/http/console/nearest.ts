import { html } from 'hono/html';
import type { NearMiss } from '../../domain/explanation.ts';
import { LOAS } from '../../domain/facts.ts';
import { type Identifier, toUrn } from '../../domain/identifier.ts';
import { sayInstant, toWallClock } from './amsterdam.ts';
import type { Answered } from './answered.ts';
import { branchName, branchNames, type Choices } from './choices.ts';
import { type Html, NOTHING } from './layout.ts';
import { isAllowed } from './verdict.ts';
import { addressOf, type Wish } from './wish.ts';
import { LEVEL_NAMES, listed, REACH_NAMES } from './words.ts';

/** What, changed alone, would give the other answer; what the form can say has a link that asks it. */
export function nearest(answered: Answered): Html {
  const { explanation } = answered;
  return html`<section class="nearest" aria-labelledby="nearest-title">
<h2 id="nearest-title">What would make it a ${isAllowed(explanation) ? 'no' : 'yes'}</h2>
${
  explanation.nearest.length === 0
    ? html`<p class="lead">Nothing alone that was tried: no other login, branch, operation, intermediary or moment,
nobody beside the actor, and no mandate otherwise than it is.</p>`
    : html`<p class="lead">Each of these alone. The policy was asked again with each, to find out.</p>
<ul>${explanation.nearest.map((near) => item(near, answered))}</ul>`
}
</section>`;
}

function item(near: NearMiss, answered: Answered): Html {
  const text = says(near, answered);
  const changed = wishWith(near, answered);
  const link =
    changed === undefined
      ? NOTHING
      : html` <a href="${addressOf(changed)}">Ask that<span class="sr">: ${text}</span></a>`;
  return html`<li><span class="kind">${KINDS[near.change]}</span> <span>${text}.${link}</span></li>`;
}

const KINDS: Record<NearMiss['change'], string> = {
  loa: 'Login',
  branch: 'Branch',
  operation: 'Operation',
  via: 'Intermediary',
  case: 'Case',
  moment: 'Moment',
  mandate: 'Mandate',
  together: 'Together',
};

/** The change in a few words, with names for ids. */
function says({ change, from, to, mandate }: NearMiss, { described, choices }: Answered): string {
  switch (change) {
    case 'loa':
      return `A login at ${LEVEL_NAMES[to] ?? to}`;
    case 'branch':
      return `At branch ${branchName(to, choices)}`;
    case 'operation':
      return `For the operation “${to}”`;
    case 'case':
      return `In the case ${to}`;
    case 'via':
      return to === 'none' ? 'Without naming an intermediary' : `Through ${partyName(to, described.parties, choices)}`;
    case 'together':
      return `Together with ${listed(to.split(', ').map((id) => partyName(id, described.parties, choices)))}`;
    case 'moment':
      return `At ${momentOr(to)}`;
    case 'mandate':
      return `The mandate “${described.mandates.get(mandate ?? '')?.name ?? mandate}” ${instead(to, from, choices)}`;
  }
}

function partyName(id: string, names: ReadonlyMap<string, string>, { parties }: Choices): string {
  return names.get(id) ?? parties.find((one) => toUrn(one.identifier) === id)?.name ?? id;
}

/** What a mandate would be instead of what it is. */
function instead(to: string, from: string | null, choices: Choices): string {
  if (MOMENT.test(to))
    return `running until ${momentOr(to)}, instead of ${from ? `until ${momentOr(from)}` : 'for ever'}`;
  if (LOAS.some((loa) => loa === to)) return `at level ${to} instead of ${from}`;
  if (to.startsWith('version ')) return `confirmed at ${to} of the set, instead of ${from}`;
  if (REACH_NAMES[to] !== undefined)
    return `for ${REACH_NAMES[to]}, instead of ${REACH_NAMES[from ?? ''] ?? from} only`;
  if (to.startsWith('all ')) return `for ${to}, instead of ${branchNames((from ?? '').split(', '), choices)}`;
  return `${to} instead of ${from}`;
}

const MOMENT = /^\d{4}-\d{2}-\d{2}T[\d:.]+Z$/;

function momentOr(text: string): string {
  return MOMENT.test(text) ? sayInstant(Date.parse(text)) : text;
}

/** The question with that one thing changed, where the form has a field for it. */
export function wishWith(near: NearMiss, { wish, described, choices }: Answered): Wish | undefined {
  const { change, to } = near;
  switch (change) {
    case 'loa':
    case 'branch':
    case 'operation':
    case 'case':
      return { ...wish, [change]: to };
    case 'moment':
      return MOMENT.test(to) ? { ...wish, at: toWallClock(Date.parse(to)) } : undefined;
    case 'via': {
      const isIt = (identifier: Identifier) => toUrn(identifier) === to;
      const key = to === 'none' ? '' : choices.parties.find(({ identifier }) => isIt(identifier))?.key;
      return key === undefined ? undefined : { ...wish, via: key };
    }
    case 'together': {
      const keys = to.split(', ').map((id) => keyOfPerson(described.parties.get(id), choices));
      const known = keys.flatMap((key) => key ?? []);
      return known.length === keys.length ? { ...wish, together: [...wish.together, ...known] } : undefined;
    }
    case 'mandate':
      return undefined;
  }
}

/** None when two bear the name. */
function keyOfPerson(name: string | undefined, { people }: Choices): string | undefined {
  const [only, another] = people.filter((one) => one.name === name);
  return another === undefined ? only?.key : undefined;
}
