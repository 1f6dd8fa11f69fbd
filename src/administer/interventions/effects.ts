import { INTERVENTIONS, type InterventionKind } from '../../domain/administration.ts';
import type { Ground, MandateKind, PartyKind, PartyState } from '../../domain/facts.ts';

/** What an intervention does to a party and to the mandates at either end of which it stands. */
export interface Effect {
  /** Null: it puts the party in no state of its own. */
  state: PartyState | null;
  /** Which parties it can happen to. */
  of: readonly PartyKind[];
  /** Kinds of mandates for the party that end. */
  granted: readonly MandateKind[];
  /** Kinds of mandates to the party that end. */
  received: readonly MandateKind[];
  /** What is to outlive the represented stays. */
  keepsSurvivors?: true;
  /** What was granted since then on the authority of a curator, a liquidator or an appointee stays. */
  keepsWhatOthersGranted?: true;
  /** Ends as well what was granted for a firm that the party alone owns: it is no legal person of its own. */
  reachesFirms?: true;
  /** On which ground somebody represents the party by law from then on, if anybody does. */
  ground?: Ground;
}

const ALL: readonly MandateKind[] = ['employee', 'business', 'voluntary', 'statutory', 'appointed'];
/** What a party grants itself; what the law gives and what a public organisation gave is not its own to lose. */
const OWN: readonly MandateKind[] = ['employee', 'business', 'voluntary'];
const BOTH: readonly PartyKind[] = ['organisation', 'person'];

/**
 * What ends by law, and what only rests for as long as the state lasts (docs/interventions.md; design of the states:
 * docs/decisions/0009). Only what ends for good is here: the rules stop the rest, and let it go on when the state ends.
 */
export const EFFECTS: Readonly<Record<InterventionKind, Effect>> = {
  // Art. 3:72 BW, under a and b: ends at both ends. An employer decides for himself about a bankrupt employee.
  bankruptcy: {
    state: 'bankrupt',
    of: BOTH,
    granted: OWN,
    received: ['business', 'voluntary'],
    keepsWhatOthersGranted: true,
    reachesFirms: true,
    ground: 'bankruptcy_curator',
  },
  wsnp: {
    state: 'wsnp',
    of: BOTH,
    granted: OWN,
    received: ['business', 'voluntary'],
    keepsWhatOthersGranted: true,
    reachesFirms: true,
    ground: 'bankruptcy_curator',
  },
  // Art. 2:19 lid 5 BW: it goes on existing to be wound up; what others asked of it rests.
  dissolution: {
    state: 'dissolved',
    of: ['organisation'],
    granted: OWN,
    received: [],
    keepsWhatOthersGranted: true,
    ground: 'liquidator',
  },
  // R84: all its mandates, whatever their kind.
  deregistration: { state: 'deregistered', of: ['organisation'], granted: ALL, received: ALL },
  // Art. 3:72, 1:389, 1:449 and 1:462 BW; a survivor mandate was meant for this.
  death: { state: 'deceased', of: ['person'], granted: ALL, received: ALL, keepsSurvivors: true, reachesFirms: true },
  // Art. 3:72 and 1:381 BW; a survivor mandate does not help, and an employer's mandate rests with the rest of the law.
  curatele: {
    state: 'curatele',
    of: ['person'],
    granted: OWN,
    received: ['employee', 'voluntary'],
    reachesFirms: true,
    ground: 'curatele',
  },
  // Art. 1:438 BW: for assets the rules stop them all; in the other domains bewind stops nothing.
  bewind: { state: 'bewind', of: ['person'], granted: [], received: [], ground: 'bewind' },
  // R113: nobody is in a state by it; the owner stays who he is until the Handelsregister says otherwise.
  business_ended: {
    state: null,
    of: ['organisation'],
    granted: OWN,
    received: ['employee', 'business', 'voluntary', 'appointed'],
    keepsWhatOthersGranted: true,
  },
};

/** Of which kind of intervention somebody speaks who says that a party is in a state. */
export function kindOfState(state: PartyState): InterventionKind {
  const kind = INTERVENTIONS.find((one) => EFFECTS[one].state === state);
  if (kind === undefined) throw new Error(`nothing puts a party in the state ${state}`);
  return kind;
}
