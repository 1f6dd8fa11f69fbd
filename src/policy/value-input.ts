import { AppError } from '../domain/errors.ts';
import {
  AUTHORITIES,
  DOMAINS,
  FOLLOW_UPS,
  GROUNDS,
  LOAS,
  MANDATE_KINDS,
  MANDATE_STATUSES,
  PARTY_KINDS,
  PARTY_STATES,
  REACHES,
  type ServiceFacts,
} from '../domain/facts.ts';
import { calendarYears } from './calendar-years.ts';
import type { ChainCandidate, Participant, PathMandate, PolicyInput, ServiceQuestion } from './input.ts';
import { service as serviceText } from './input-json.ts';
import * as trim from './trim.ts';
import type { ValueMemory } from './value-memory.ts';
import { makeSite, type Site, type Spelling } from './value-shape.ts';
import { type Fields, Shapes } from './value-shapes.ts';

/** Texts of which there are few, so that each is written once. */
const FEW = new Set(
  [
    ...[LOAS, MANDATE_KINDS, MANDATE_STATUSES, GROUNDS, FOLLOW_UPS, REACHES, AUTHORITIES, DOMAINS],
    ...[PARTY_KINDS, PARTY_STATES, ['all', 'service', 'set', 'everything', 'unknown', 'ambiguous']],
  ].flat(),
);

const YEARS = ['years'];

/** The policy input as values in the memory of an instance: what input-json.ts writes as text, field by field the same. */
export class ValueInput {
  readonly #memory: ValueMemory;
  readonly #shapes: Shapes;
  readonly #services = new Map<string, number>();
  readonly #sites = makeSites();

  constructor(memory: ValueMemory, spelling: Spelling) {
    this.#memory = memory;
    this.#shapes = new Shapes(memory, spelling);
    for (const text of FEW) this.#shapes.keepText(text);
  }

  /**
   * @returns where the input stands, until the next is written
   * @throws NotWritten for what is to be asked as text
   */
  write(input: PolicyInput): number {
    const { now, request, actor, represented, via, together, service_missing, portal, services } = input;
    // What is no JSON reads as no input at all, and would be denied instead of failing.
    if (!Number.isSafeInteger(now)) throw new AppError('policy_failed', 'the clock gives no whole milliseconds');
    const shapes = this.#shapes;
    const sites = this.#sites;
    shapes.start();
    const own = request.branch === undefined ? sites.own : sites.ownWithBranches;
    const through = via ? sites.named : sites.intermediary;
    const fields: Fields = {
      names: ['now', 'request', 'actor', 'represented', 'services'],
      values: [
        this.#memory.integer(now),
        shapes.object(request, sites.request),
        this.#participant(actor),
        this.#represented(represented, own),
        shapes.list(services, (asked) => this.#question(asked, through)),
      ],
    };
    if (via) add(fields, 'via', this.#represented(via, sites.party));
    if (service_missing) add(fields, 'service_missing', shapes.text(service_missing));
    if (portal) add(fields, 'portal', this.#service(portal, 0));
    if (together.length > 0)
      add(
        fields,
        'together',
        shapes.list(together, (one) => this.#participant(one)),
      );
    if (input.via_needed) add(fields, 'via_needed', shapes.value(true, sites.input));
    return shapes.assemble(sites.input, fields);
  }

  #participant({ party, means, loa }: Participant): number {
    const fields: Fields = { names: [], values: [] };
    const sites = this.#sites;
    if (party) add(fields, 'party', this.#shapes.object(party, sites.party));
    if (means) add(fields, 'means', this.#shapes.object(means, sites.means));
    if (loa !== undefined) add(fields, 'loa', this.#shapes.text(loa));
    return this.#shapes.assemble(sites.participant, fields);
  }

  /** Also the one named in `via`. */
  #represented({ party, branch_registered }: PolicyInput['represented'], site: Site): number {
    const fields: Fields = { names: [], values: [] };
    if (party) add(fields, 'party', this.#shapes.object(party, site));
    if (branch_registered !== undefined) add(fields, 'branch_registered', this.#shapes.value(branch_registered, site));
    return this.#shapes.assemble(this.#sites.represented, fields);
  }

  #question({ service, direct, chains }: ServiceQuestion, through: Site): number {
    const fields: Fields = {
      names: ['service'],
      values: [this.#service(service, trim.readingOf({ service, direct, chains }))],
    };
    if (direct.length > 0) add(fields, 'direct', this.#mandates(direct));
    if (chains.length > 0)
      add(
        fields,
        'chains',
        this.#shapes.list(chains, (found) => this.#chain(found, through)),
      );
    return this.#shapes.assemble(this.#sites.question, fields);
  }

  #chain({ intermediary, first, second }: ChainCandidate, through: Site): number {
    const shapes = this.#shapes;
    return shapes.assemble(this.#sites.chain, {
      names: ['intermediary', 'first', 'second'],
      values: [shapes.object(intermediary, through), this.#mandates(first), this.#mandates(second)],
    });
  }

  #mandates(found: readonly PathMandate[]): number {
    return this.#shapes.list(found, (mandate) => this.#mandate(mandate));
  }

  #mandate(mandate: PathMandate): number {
    const shapes = this.#shapes;
    const { valid_from, valid_until, granted_under, parent } = mandate;
    if (parent !== undefined) return shapes.object(trim.trimPath(mandate), this.#sites.onward);
    const site = granted_under === undefined ? this.#sites.mandate : this.#sites.onAuthority;
    if (valid_until === undefined) return shapes.object(mandate, site);
    const years = calendarYears(valid_from, valid_until);
    return years === undefined
      ? shapes.object(mandate, site)
      : shapes.object(mandate, site, YEARS, shapes.index(years));
  }

  /** Services are few, and most of what is read: each is kept, in every way in which it is read. */
  #service(facts: ServiceFacts, reading: trim.Reading): number {
    const text = serviceText(facts, reading);
    const known = this.#services.get(text);
    if (known !== undefined) return known;
    const value = this.#shapes.keepObject(trim.trimService(facts, reading), this.#sites.service);
    this.#services.set(text, value);
    return value;
  }
}

function add(fields: Fields, name: string, value: number): void {
  fields.names.push(name);
  fields.values.push(value);
}

function makeSites() {
  const sites = [
    'input',
    'request',
    'participant',
    'represented',
    'means',
    'question',
    'chain',
    'onward',
    'service',
  ] as const;
  return {
    ...(Object.fromEntries(sites.map((name) => [name, makeSite()])) as Record<(typeof sites)[number], Site>),
    party: makeSite(trim.UNREAD.party),
    named: makeSite(trim.UNREAD.named),
    intermediary: makeSite(trim.UNREAD.intermediary),
    own: makeSite(trim.UNREAD.represented),
    ownWithBranches: makeSite(),
    mandate: makeSite(trim.UNREAD_OF_MANDATE),
    onAuthority: makeSite(),
  };
}
