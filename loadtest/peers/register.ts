import type { MandateStatus } from '../../src/domain/facts.ts';

/**
 * The register as every engine can be told it: the part of the rules that all of them can express. What is left out of
 * it, and why, stands in the README beside this file.
 */
export interface PeerRegister {
  name: string;
  services: ReadonlyMap<string, PeerService>;
  /** About how many `mandates` gives. */
  size: number;
  mandates(): Iterable<PeerMandate>;
  /** The mandates that one party gave to another. */
  between(represented: string, delegate: string): readonly PeerMandate[];
  /** The organisations that `represented` mandated and that let `actor` act for their clients. */
  through(represented: string, actor: string): readonly PeerChain[];
  /** The party's own branches, twelve digits each. */
  branchesOf(party: string): readonly string[];
}

/** Levels of assurance as numbers: eh1 is 0, then eh2, eh2plus, eh3 and eh4. */
export type Level = 0 | 1 | 2 | 3 | 4;

export const LEVELS = ['eh1', 'eh2', 'eh2plus', 'eh3', 'eh4'] as const;

export interface PeerService {
  /** ServiceID. */
  id: string;
  level: Level;
  /** Accepts that somebody acts through an organisation. */
  chains: boolean;
  /** Accepts mandates limited to branches. */
  branches: boolean;
}

export interface PeerMandate {
  id: string;
  /** Identifiers of parties, as URNs. */
  represented: string;
  delegate: string;
  delegateKind: 'person' | 'organisation';
  kind: 'employee' | 'business' | 'voluntary' | 'appointed' | 'signatory';
  status: MandateStatus;
  /** Milliseconds since 1970; in force while `from <= now < until`. */
  from: number;
  until: number;
  level: Level;
  /** ServiceIDs. */
  services: 'all' | readonly string[];
  operations: 'all' | readonly string[];
  branches: 'all' | readonly string[];
  /** Whose affairs an employee serves: the employer's own, its clients', or both. */
  reach: 'own' | 'clients' | 'both';
}

export interface PeerChain {
  organisation: string;
  first: readonly PeerMandate[];
  second: readonly PeerMandate[];
}

export interface PeerQuestion {
  /** URNs. */
  actor: string;
  represented: string;
  /** ServiceID. */
  service: string;
  operation?: string;
  branch?: string;
  /** Of the login. */
  level: Level;
  /** Milliseconds since 1970. Engines are told the time, but for machtig's sidecar, which has its own clock. */
  now: number;
}

/** May be used without an organisation between. */
export const isDirect = ({ delegateKind, reach }: PeerMandate): boolean =>
  delegateKind === 'person' && reach !== 'clients';

/** May be the first of the two links of a chain. */
export const isFirstLink = ({ kind, delegateKind }: PeerMandate): boolean =>
  kind !== 'employee' && delegateKind === 'organisation';

/** May be the second: it serves the organisation's clients, and is not limited to its branches. */
export const isSecondLink = ({ delegateKind, kind, reach, branches }: PeerMandate): boolean =>
  delegateKind === 'person' && branches === 'all' && (kind === 'signatory' || (kind === 'employee' && reach !== 'own'));
