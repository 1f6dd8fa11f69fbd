import { isDirect, type PeerMandate, type PeerQuestion, type PeerRegister } from './register.ts';

/** A mandate as engines read it. Lists are empty where everything is meant. */
export interface WireMandate {
  status: string;
  from: number;
  until: number;
  level: number;
  all_services: boolean;
  services: readonly string[];
  all_operations: boolean;
  operations: readonly string[];
  all_branches: boolean;
  branches: readonly string[];
}

export function wireMandate({ status, from, until, level, ...mandate }: PeerMandate): WireMandate {
  return {
    status,
    from,
    until,
    level,
    ...limit('services', mandate.services),
    ...limit('operations', mandate.operations),
    ...limit('branches', mandate.branches),
  } as WireMandate;
}

function limit(name: string, list: 'all' | readonly string[]): object {
  return { [`all_${name}`]: list === 'all', [name]: list === 'all' ? [] : list };
}

/** What a question and its service ask; what is not asked is the empty text, which no mandate lists. */
export interface Ask {
  now: number;
  level: number;
  required: number;
  service: string;
  operation: string;
  branch: string;
  accepts_chains: boolean;
  accepts_branches: boolean;
}

export function askOf(register: PeerRegister, question: PeerQuestion): Ask {
  const service = register.services.get(question.service);
  if (service === undefined) throw new Error(`${question.service} is no service of ${register.name}`);
  const { now, level, operation = '', branch = '' } = question;
  return {
    now,
    level,
    required: service.level,
    service: service.id,
    operation,
    branch,
    accepts_chains: service.chains,
    accepts_branches: service.branches,
  };
}

/** The mandates that travel with a question, to engines that hold none. */
export function candidatesOf(register: PeerRegister, { represented, actor }: PeerQuestion) {
  return {
    direct: register.between(represented, actor).filter(isDirect).map(wireMandate),
    chains: register.through(represented, actor).map(({ first, second }) => ({
      first: first.map(wireMandate),
      second: second.map(wireMandate),
    })),
  };
}

/**
 * The shared rules for one mandate in CEL, which Cerbos, OpenFGA and SpiceDB all speak.
 * `ask` gives the name under which the engine knows what is asked.
 */
export function celHolds(mandate: string, ask: (name: keyof Ask) => string): string {
  const m = (name: keyof WireMandate) => `${mandate}.${name}`;
  return [
    `${m('from')} <= ${ask('now')}`,
    `${ask('now')} < ${m('until')}`,
    `${m('level')} >= ${ask('required')}`,
    `(${m('all_services')} || ${ask('service')} in ${m('services')})`,
    `(${m('all_operations')} || ${ask('operation')} in ${m('operations')})`,
    `(${m('all_branches')} || (${ask('accepts_branches')} && ${ask('branch')} in ${m('branches')}))`,
  ].join(' && ');
}
