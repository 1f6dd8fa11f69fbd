import type { Capacity } from '../../src/domain/administration.ts';

/**
 * Who may do what, from the requirements and the design alone: one line for each thing that people do. It knows nothing
 * of the rules in policies/admin; the matrix asks every operation of everybody and compares.
 */

/**
 * The level that a login must have, at least eh2 wherever a person acts (R85).
 * `mandate`: that of the mandate as it stands and as it would stand (R88, R97), at eh4 with a qualified signature (R96).
 * `unsigned`: the same without a signature, for what binds nobody yet.
 * `ending`: eh2 up to eh2plus, eh3 above (R102). `known`: whatever the login, as long as its level is known. `any`: not even that. `system`: a system has none.
 */
export type Level = 'eh2' | 'eh3' | 'mandate' | 'unsigned' | 'ending' | 'known' | 'any' | 'system';

/** What somebody who can only act together with others does alone: all of it, a first step that waits, or nothing (R51). */
export type Alone = 'does it' | 'waits' | 'cannot';

export interface Line {
  line: string;
  /** For readers. */
  words: string;
  requirements: readonly string[];
  may: Partial<Record<Capacity, Level>>;
  /** Beyond the capacity. */
  only?: Partial<Record<Capacity, string>>;
  alone?: Alone;
  /** What keeps a person from acting does not keep him from looking at what is his own (R122). */
  looks?: true;
  /** The ceiling of a manager's own mandate binds (R86). */
  ceiling?: true;
}

const GRANTORS = { self: 'mandate', legal_representative: 'mandate', manager: 'mandate' } as const;
const READERS = { self: 'eh2', legal_representative: 'eh2', manager: 'eh2' } as const;
const ENDERS = { self: 'ending', legal_representative: 'ending', manager: 'ending', proxy: 'ending' } as const;

export const LINES: readonly Line[] = [
  // --- One mandate ----------------------------------------------------------------------------------------------
  {
    line: 'see a mandate',
    looks: true,
    words: 'See a mandate, its history, its use and what it means',
    requirements: ['R87', 'R122', 'R123', 'R125'],
    may: { ...READERS, proxy: 'eh2', delegate: 'eh2', service_owner: 'system', court: 'system', registrar: 'system' },
    only: { service_owner: 'for its own services', court: 'where a court decides' },
    alone: 'does it',
  },
  {
    line: 'grant',
    words: 'Grant a mandate',
    requirements: ['R69', 'R86', 'R88', 'R90', 'R91', 'R96', 'R97'],
    may: GRANTORS,
    alone: 'waits',
    ceiling: true,
  },
  {
    line: 'grant for a party',
    words: 'Appoint somebody for a party, for one’s own services',
    requirements: ['R115', 'R116'],
    may: { service_owner: 'system' },
    only: { service_owner: 'for its own services' },
  },
  {
    line: 'grant by law',
    words: 'Record who represents a party by law',
    requirements: ['R104', 'R117', 'R118', 'R121'],
    may: { court: 'system', registrar: 'system' },
  },
  {
    line: 'offer',
    words: 'Offer a mandate with an activation code',
    requirements: ['R67', 'R69', 'R88', 'R90'],
    may: GRANTORS,
    alone: 'waits',
    ceiling: true,
  },
  {
    line: 'see offers',
    looks: true,
    words: 'See which offers of a party wait for a code',
    requirements: ['R67', 'R122'],
    may: { ...READERS, proxy: 'eh2', court: 'system', registrar: 'system' },
    only: { court: 'where a court decides' },
    alone: 'does it',
  },
  {
    line: 'new code',
    words: 'Make a new code for an offer',
    requirements: ['R67', 'R69'],
    may: GRANTORS,
    alone: 'cannot',
    ceiling: true,
  },
  {
    line: 'take back an offer',
    words: 'Take back an offer',
    requirements: ['R67', 'R70'],
    may: ENDERS,
    alone: 'does it',
  },
  {
    line: 'activate',
    words: 'Activate an offer with its code',
    requirements: ['R68', 'R69'],
    may: { delegate: 'unsigned' },
    only: { delegate: 'with the code, and the date of birth and number of whoever offered it' },
  },
  {
    line: 'ask',
    words: 'Ask to be mandated',
    requirements: ['R63', 'R66', 'R138'],
    may: { delegate: 'unsigned' },
  },
  {
    line: 'approve',
    words: 'Approve a request',
    requirements: ['R64', 'R86', 'R88', 'R90'],
    may: GRANTORS,
    alone: 'waits',
    ceiling: true,
  },
  {
    line: 'reject',
    words: 'Reject a request',
    requirements: ['R65', 'R90'],
    may: ENDERS,
    alone: 'does it',
  },
  {
    line: 'take back a request',
    words: 'Take back one’s own request',
    requirements: ['R65'],
    may: { delegate: 'ending' },
  },
  {
    line: 'consent',
    words: 'Agree as one of several who grant together',
    requirements: ['R51', 'R88'],
    may: { legal_representative: 'mandate', manager: 'mandate' },
    only: { legal_representative: 'another than who has agreed', manager: 'another than who has agreed' },
    alone: 'does it',
    ceiling: true,
  },
  {
    line: 'change',
    words: 'Change a mandate',
    requirements: ['R70', 'R86', 'R88', 'R90'],
    may: GRANTORS,
    alone: 'cannot',
    ceiling: true,
  },
  {
    line: 'renew',
    words: 'Renew a mandate',
    requirements: ['R72', 'R73', 'R74'],
    may: GRANTORS,
    alone: 'waits',
    ceiling: true,
  },
  {
    line: 'suspend',
    words: 'Suspend a mandate',
    requirements: ['R75', 'R101', 'R102', 'R104'],
    may: { ...ENDERS, court: 'system' },
    only: { court: 'verified over other channels' },
    alone: 'does it',
  },
  {
    line: 'suspend with a deviation',
    words: 'Suspend a mandate with a weaker login, the deviation recorded',
    requirements: ['R103'],
    may: { self: 'known', legal_representative: 'known', manager: 'known', proxy: 'known' },
    alone: 'does it',
  },
  {
    line: 'reactivate',
    words: 'Reactivate a suspended mandate',
    requirements: ['R76'],
    may: GRANTORS,
    alone: 'cannot',
    ceiling: true,
  },
  {
    line: 'revoke',
    words: 'Revoke a mandate',
    requirements: ['R70', 'R77', 'R101', 'R102', 'R104', 'R121'],
    may: { ...ENDERS, court: 'system' },
    only: { court: 'verified over other channels' },
    alone: 'does it',
  },
  {
    line: 'lay down',
    words: 'Lay down a mandate that one holds',
    requirements: ['R70', 'R77'],
    may: { delegate: 'ending' },
    alone: 'does it',
  },
  {
    line: 'transfer',
    words: 'Give a mandate to another delegate',
    requirements: ['R70', 'R78', 'R86', 'R88', 'R90'],
    may: GRANTORS,
    alone: 'cannot',
    ceiling: true,
  },
  {
    line: 'pass on',
    words: 'Pass a mandate on under the right of substitution',
    requirements: ['R50', 'R88', 'R112'],
    may: { delegate: 'mandate' },
    ceiling: true,
  },
  {
    line: 'confirm a set',
    words: 'Confirm what a service set has gained',
    requirements: ['R46', 'R55', 'R88'],
    may: GRANTORS,
    alone: 'cannot',
    ceiling: true,
  },
  // --- All mandates of a party ----------------------------------------------------------------------------------
  {
    line: 'list mandates',
    looks: true,
    words: 'List the mandates of a party, granted and received',
    requirements: ['R122', 'R123', 'R128'],
    may: { ...READERS, proxy: 'eh2', service_owner: 'system', court: 'system', registrar: 'system' },
    only: { service_owner: 'what covers its own services', court: 'where a court decides' },
    alone: 'does it',
  },
  {
    line: 'read notices',
    looks: true,
    words: 'Read what a party was told, and note it as read',
    requirements: ['R124'],
    may: { ...READERS, proxy: 'eh2', court: 'system', registrar: 'system' },
    only: { court: 'where a court decides' },
    alone: 'does it',
  },
  {
    line: 'see reconfirmations',
    looks: true,
    words: 'See which unused mandates a party is asked to confirm',
    requirements: ['R81', 'R82'],
    may: { ...READERS, proxy: 'eh2', court: 'system', registrar: 'system' },
    only: { court: 'where a court decides' },
    alone: 'does it',
  },
  {
    line: 'reconfirm',
    words: 'Confirm unused mandates',
    requirements: ['R81', 'R82', 'R88'],
    may: GRANTORS,
    alone: 'cannot',
  },
  {
    line: 'deregister',
    words: 'End unused mandates when asked',
    requirements: ['R81', 'R83', 'R102'],
    may: { self: 'ending', legal_representative: 'ending', manager: 'ending' },
    alone: 'cannot',
  },
  // --- Managers -------------------------------------------------------------------------------------------------
  {
    line: 'appoint a manager',
    words: 'Appoint a manager of mandates',
    requirements: ['R86', 'R91', 'R92', 'R106'],
    may: { legal_representative: 'mandate' },
    alone: 'waits',
  },
  {
    line: 'change a manager',
    words: 'Change the limits of a manager',
    requirements: ['R86', 'R91', 'R92', 'R106'],
    may: { legal_representative: 'mandate' },
    alone: 'cannot',
  },
  {
    line: 'dismiss a manager',
    words: 'Dismiss a manager',
    requirements: ['R91', 'R92', 'R101', 'R102'],
    may: { legal_representative: 'ending', manager: 'ending', proxy: 'ending' },
    alone: 'does it',
  },
  {
    line: 'see managers',
    looks: true,
    words: 'See who manages for a party',
    requirements: ['R92', 'R123'],
    may: { ...READERS, proxy: 'eh2', registrar: 'system' },
    alone: 'does it',
  },
  // --- Parties, means, paper ------------------------------------------------------------------------------------
  {
    line: 'see a party',
    looks: true,
    words: 'See a party with its numbers, states and branches',
    requirements: ['R8', 'R20'],
    may: { ...READERS, proxy: 'eh2', court: 'system', registrar: 'system' },
    only: { court: 'where a court decides' },
    alone: 'does it',
  },
  {
    line: 'make oneself known',
    words: 'Make oneself known',
    requirements: ['R128', 'R138'],
    may: { self: 'eh2' },
    only: { self: 'whom the register does not know' },
  },
  {
    line: 'make an employee known',
    words: 'Make an employee known, with his means',
    requirements: ['R13', 'R71', 'R86', 'R138'],
    may: { legal_representative: 'unsigned', manager: 'unsigned' },
    alone: 'does it',
    ceiling: true,
  },
  {
    line: 'see employees',
    looks: true,
    words: 'See the people of an organisation, and what each may do',
    requirements: ['R71', 'R122', 'R123'],
    may: { ...READERS, proxy: 'eh2', court: 'system', registrar: 'system' },
    only: { court: 'where a court decides' },
    alone: 'does it',
  },
  {
    line: 'let an employee go',
    words: 'End all that an employee may do, and his means',
    requirements: ['R70', 'R71', 'R77', 'R102'],
    may: { legal_representative: 'ending', manager: 'ending' },
    alone: 'does it',
  },
  {
    line: 'look up by name',
    words: 'Look up parties by name',
    requirements: ['R138'],
    may: { registrar: 'system' },
  },
  {
    line: 'keep parties',
    words: 'Register parties, their identifiers and branches',
    requirements: ['R8', 'R20', 'R25', 'R26'],
    may: { registrar: 'system' },
  },
  {
    line: 'identify',
    words: 'Record how somebody was identified',
    requirements: ['R18', 'R94', 'R97', 'R98', 'R138'],
    may: { registrar: 'system' },
  },
  {
    line: 'see identifications',
    looks: true,
    words: 'See how somebody was identified',
    requirements: ['R94', 'R138'],
    may: { self: 'eh2', registrar: 'system' },
  },
  {
    line: 'record a state',
    words: 'Say in what state a party is, without ending anything',
    requirements: ['R84', 'R104', 'R113'],
    may: { court: 'system', registrar: 'system' },
    only: { court: 'verified over other channels' },
  },
  {
    line: 'intervene',
    words: 'Say that a party is bankrupt, dead, deregistered, …',
    requirements: ['R84', 'R104', 'R113', 'R114', 'R116'],
    may: { court: 'system', registrar: 'system', service_owner: 'system' },
    only: { court: 'verified over other channels', service_owner: 'verified over other channels' },
  },
  {
    line: 'register means',
    words: 'Link a means to a person',
    requirements: ['R13', 'R14', 'R138'],
    may: { registrar: 'system' },
  },
  {
    line: 'see means',
    looks: true,
    words: 'See the means that an employer issued',
    requirements: ['R71'],
    may: { ...READERS, registrar: 'system' },
    alone: 'does it',
  },
  {
    line: 'activate means',
    words: 'Make a means usable',
    requirements: ['R71'],
    may: { legal_representative: 'eh2', manager: 'eh2', registrar: 'system' },
    only: { legal_representative: 'of the employer who issued it', manager: 'of the employer who issued it' },
    alone: 'cannot',
  },
  {
    line: 'stop means',
    words: 'Stop a means',
    requirements: ['R71'],
    may: { self: 'eh2', legal_representative: 'eh2', manager: 'eh2', registrar: 'system' },
    only: { self: 'his own', legal_representative: 'of the employer', manager: 'of the employer' },
    alone: 'does it',
  },
  {
    line: 'paper',
    words: 'Register, see and settle requests on paper',
    requirements: ['R79', 'R98', 'R99', 'R110'],
    may: { registrar: 'system' },
  },
  // --- The catalogue --------------------------------------------------------------------------------------------
  {
    line: 'see the catalogue',
    words: 'See services, sets and who offers them',
    requirements: ['R5', 'R55'],
    only: { self: 'whoever the register knows' },
    may: { self: 'eh2', service_owner: 'system', court: 'system', registrar: 'system' },
  },
  {
    line: 'register owners',
    words: 'Register who offers services',
    requirements: ['R44'],
    may: { registrar: 'system' },
  },
  {
    line: 'keep services',
    words: 'Define and change services, compose sets, import a catalogue',
    requirements: ['R42', 'R43', 'R44', 'R134'],
    may: { service_owner: 'system', registrar: 'system' },
    only: { service_owner: 'its own' },
  },
  {
    line: 'consent to a set',
    words: 'Agree that one’s services join a set, or refuse it',
    requirements: ['R41', 'R42'],
    may: { service_owner: 'system' },
    only: { service_owner: 'whose services join' },
  },
  // --- Everything -----------------------------------------------------------------------------------------------
  {
    line: 'read events',
    words: 'Read everything that changes',
    requirements: ['R114', 'R124', 'R125'],
    may: { service_owner: 'system', registrar: 'system' },
    only: { service_owner: 'what touches its own services' },
  },
  {
    line: 'see who I am',
    words: 'See who I am here',
    requirements: ['R87', 'R90'],
    may: { self: 'eh2', service_owner: 'system', court: 'system', registrar: 'system' },
  },
];
