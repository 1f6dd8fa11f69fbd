import type { Attempt, Facts } from './attempt.ts';
import type { Login, Role, Tie } from './roles.ts';
import { type Level, LINES, type Line } from './who-may-what.ts';

export interface Expected {
  allowed: boolean;
  /** Allowed, but what comes of it waits for another (R51). */
  waits: boolean;
}

const RANK = { eh2: 1, eh2plus: 2, eh3: 3, eh4: 4 } as const;
/** Parties about whom a court has decided. */
const DECIDED = ['failliet', 'gevallen', 'klant', 'onder-bewind', 'curandus'];
const NO: Expected = { allowed: false, waits: false };
const YES: Expected = { allowed: true, waits: false };

export function lineOf(name: string): Line {
  const found = LINES.find(({ line }) => line === name);
  if (found === undefined) throw new Error(`the table has no line "${name}"`);
  return found;
}

/** What the table says of somebody who attempts something with a login. */
export function expected({ line: name, facts }: Pick<Attempt, 'line' | 'facts'>, role: Role, login: Login): Expected {
  const line = lineOf(name);
  if (role.nobody || facts.but?.includes(role.key)) return NO;
  if (role.system) return systemMay(line, facts, role.system) ? YES : NO;
  if (facts.unknownOnly && !role.unknown) return NO;
  const isOpen = (facts.anybody && role.key !== 'beheer-middel') || facts.unknownOnly;
  const found = [
    ...(isOpen ? [byTie(line, facts, { party: '', as: 'self' }, login)] : []),
    ...role.ties.flatMap((tie) => {
      const isOwn = tie.party === facts.represented || (tie.as === 'self' && tie.party === facts.holder);
      const own = isOwn ? [byTie(line, facts, tie, login)] : [];
      const other = tie.party === facts.delegate && isFull(tie) ? [byDelegate(line, facts, login)] : [];
      return [...own, ...other];
    }),
  ];
  return found.find(({ allowed, waits }) => allowed && !waits) ?? found.find(({ allowed }) => allowed) ?? NO;
}

const isFull = ({ as }: Tie) => as === 'self' || as === 'legal_representative' || as === 'manager';

function systemMay(line: Line, facts: Facts, system: NonNullable<Role['system']>): boolean {
  if (line.may[system.role] === undefined) return false;
  if (system.role === 'court')
    return line.looks ? DECIDED.includes(facts.represented ?? '') : facts.unverified !== true;
  if (system.role === 'service_owner' && facts.unverified) return false;
  if (system.role === 'service_owner' && facts.owners) return facts.owners.includes(system.oin ?? '');
  return true;
}

function byTie(line: Line, facts: Facts, tie: Tie, login: Login): Expected {
  if (tie.looks && !line.looks) return NO;
  const level = line.may[tie.as];
  if (level === undefined || !reaches(level, facts, login)) return NO;
  if (!isWithin(line, facts, tie)) return NO;
  if (tie.joint !== true || line.alone === 'does it') return YES;
  return line.alone === 'waits' ? { allowed: true, waits: true } : NO;
}

function byDelegate(line: Line, facts: Facts, login: Login): Expected {
  const level = line.may.delegate;
  return level !== undefined && reaches(level, facts, login) ? YES : NO;
}

function reaches(level: Level, { loa = 'eh2' }: Facts, { rank, signed, loa: own }: Login): boolean {
  switch (level) {
    case 'any':
      return true;
    case 'known':
      return own !== undefined;
    case 'eh2':
    case 'eh3':
      return rank >= RANK[level];
    case 'ending':
      return rank >= Math.min(RANK[loa], RANK.eh3) - (loa === 'eh2plus' ? 1 : 0);
    case 'unsigned':
      return rank >= RANK[loa];
    case 'mandate':
      return rank >= RANK[loa] && (loa !== 'eh4' || signed === true);
    default:
      return false;
  }
}

/** Limits of the manager himself: ceiling, branches, services; domains that the ground serves. */
function isWithin(line: Line, { loa = 'eh2', branches = 'all', services, domain, partial }: Facts, tie: Tie): boolean {
  if (tie.domains && (domain === undefined || !tie.domains.includes(domain))) return false;
  if (line.ceiling && tie.ceiling && RANK[loa] > RANK[tie.ceiling]) return false;
  // He is shown what lies within.
  if (partial && tie.as === 'manager') return true;
  const within = tie.branches;
  if (within && (branches === 'all' || !branches.every((one) => within.includes(one)))) return false;
  const of = tie.services;
  return of === undefined || (services ?? ['everything']).every((one) => of.includes(one));
}
