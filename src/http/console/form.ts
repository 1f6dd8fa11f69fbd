import { html } from 'hono/html';
import type { Fault } from '../../domain/errors.ts';
import type { Choices, Party, Service } from './choices.ts';
import { type Html, NOTHING } from './layout.ts';
import { LEVELS, type Wish } from './wish.ts';
import { counted, LEVEL_NAMES } from './words.ts';

/** The question as a form; it asks by the address, so that every answer can be kept and sent as a link. */
export function form(wish: Wish, choices: Choices, faults: readonly Fault[]): Html {
  const rare = [wish.with, wish.case, wish.via, wish.at, ...wish.together].some((text) => text !== '');
  const field = makeField(faults);
  return html`<form class="ask" method="get" action="/console/policy#answer" aria-labelledby="ask-title">
<h2 id="ask-title">The question</h2>
${field('actor', 'Who acts', select(wish.actor, 'Choose somebody', people(choices)))}
${field('loa', 'Logged in at level', select(wish.loa, 'Not said', levels()))}
${field('party', 'For whom', select(wish.party, 'Choose a party', parties(choices)))}
${field('branch', 'At branch', select(wish.branch, 'None named', branches(choices, wish)))}
${field('service', 'With service', select(wish.service, 'Choose a service', services(choices)))}
${field('operation', 'To do what', suggested(wish.operation, choices.operations))}
<details class="more"${rare ? html` open` : NOTHING}>
<summary>Moment, case, intermediary and more</summary>
${field('at', 'At another moment', moment(wish.at), 'Dutch time; empty is now. The mandates stay those of today.')}
${field('case', 'In case', suggested(wish.case, choices.cases))}
${field('via', 'Through intermediary', select(wish.via, 'Whichever', organisations(choices)))}
${field('with', 'Logged in with', select(wish.with, 'eHerkenning, else DigiD', [['digid', 'DigiD']]))}
${together(wish, choices, field)}
</details>
<p class="actions"><button type="submit">Ask the policy</button> <a href="/console/policy">Start anew</a></p>
</form>`;
}

/** What is wrong with the question, each with a link to its field. */
export function faultSummary(faults: readonly Fault[]): Html {
  return html`<section class="faults" aria-labelledby="faults-title" id="answer" tabindex="-1">
<h2 id="faults-title">The question is not complete</h2>
<ul>
${faults.map(({ at, message }) => html`<li><a href="#${FIELD_IDS.has(at) ? at : 'ask-title'}">${message}</a></li>`)}
</ul>
</section>`;
}

const FIELD_IDS = new Set('actor with loa party branch service operation case via at together'.split(' '));

/** Renders an input with what ties it to its label, its hint and its fault. */
type Input = (name: string, ties: Html | string) => Html;
type Field = (name: string, label: string, input: Input, hint?: string) => Html;

function makeField(faults: readonly Fault[]): Field {
  return (name, label, input, hint) => {
    const fault = faults.find(({ at }) => at === name)?.message;
    const ids = [...(hint ? [`${name}-hint`] : []), ...(fault ? [`${name}-fault`] : [])];
    const invalid = fault === undefined ? NOTHING : html` aria-invalid="true"`;
    const ties = ids.length === 0 ? NOTHING : html` aria-describedby="${ids.join(' ')}"${invalid}`;
    return html`<div class="field">
<label for="${name}">${label}</label>
${hint === undefined ? NOTHING : html`<p class="hint" id="${name}-hint">${hint}</p>`}
${fault === undefined ? NOTHING : html`<p class="fault" id="${name}-fault">${fault}</p>`}
${input(name, ties)}
</div>`;
  };
}

/** `[value, text]`, or a named group of them. */
type Option = readonly [value: string, text: string] | { group: string; options: (readonly [string, string])[] };

function select(chosen: string, empty: string, options: readonly Option[], field?: string): Input {
  const option = ([value, text]: readonly [string, string]) =>
    html`<option value="${value}"${value === chosen ? html` selected` : NOTHING}>${text}</option>`;
  return (name, ties) => html`<select id="${name}" name="${field ?? name}"${ties}>
<option value="">${empty}</option>
${options.map((one) =>
  'group' in one ? html`<optgroup label="${one.group}">${one.options.map(option)}</optgroup>` : option(one),
)}
</select>`;
}

function suggested(value: string, values: readonly string[]): Input {
  return (name, ties) => html`<input id="${name}" name="${name}" value="${value}" list="${name}-list" autocomplete="off"
 placeholder="Not said"${ties}>
<datalist id="${name}-list">${values.map((one) => html`<option value="${one}"></option>`)}</datalist>`;
}

function moment(value: string): Input {
  return (name, ties) =>
    html`<input type="datetime-local" step="any" id="${name}" name="${name}" value="${value}"${ties}>`;
}

/** One more place than there are people: without a script the next comes with the next answer. */
function together(wish: Wish, choices: Choices, field: Field): Html[] {
  return [...wish.together, ''].map((key, i) => {
    const options = choices.people.map((one) => [one.key, one.name] as const);
    const input = select(key, i === 0 ? 'Nobody' : 'Nobody else', options, 'together');
    return field(i === 0 ? 'together' : `together-${i + 1}`, i === 0 ? 'Together with' : 'And with', input);
  });
}

const people = ({ people: all }: Choices): Option[] => all.map(({ key, name }) => [key, `${name} (${key})`]);

const levels = (): Option[] => LEVELS.map((loa) => [loa, LEVEL_NAMES[loa] ?? loa]);

function parties({ parties: all }: Choices): Option[] {
  return [
    { group: 'Organisations', options: all.filter(isOrganisation).map(toOption) },
    { group: 'Persons', options: all.filter((one) => !isOrganisation(one)).map(toOption) },
  ];
}

const organisations = ({ parties: all }: Choices): Option[] => all.filter(isOrganisation).map(toOption);

const isOrganisation = ({ kind }: Party): boolean => kind === 'organisation';
const toOption = ({ key, name }: Party) => [key, name] as const;

/** Without a script the list cannot follow the party: the branches of all, each under its own party. */
function branches({ parties: all }: Choices, { party, branch }: Wish): Option[] {
  const groups = all.filter((one) => one.branches.length > 0 || one.identifier.scheme === 'kvk');
  const first = groups.filter(({ key }) => key === party);
  const options = [...first, ...groups.filter(({ key }) => key !== party)].map((one) => ({
    group: `${one.name}, ${counted(one.branches.length, 'branch', 'branches')}`,
    options: branchesOf(one),
  }));
  const known = options.some((group) => group.options.some(([number]) => number === branch));
  return known || branch === '' ? options : [...options, [branch, `${branch} (of nobody)`]];
}

function branchesOf({ branches: own, identifier }: Party): (readonly [string, string])[] {
  if (own.length > 0) return own.map(({ number, name }) => [number, `${name} (${number})`]);
  return [[`0000${identifier.value}`, `It has none (0000${identifier.value})`]];
}

function services({ services: all }: Choices): Option[] {
  const byOwner = new Map<string, Service[]>();
  for (const service of all) byOwner.set(service.owner, [...(byOwner.get(service.owner) ?? []), service]);
  return [...byOwner].map(([group, own]) => ({
    group,
    options: own.map(({ serviceId, name }) => [serviceId, name] as const),
  }));
}
