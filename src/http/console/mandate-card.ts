import type { PartyId } from '../../domain/facts.ts';

/** One mandate as the page describes it; moments in milliseconds since 1970. */
export interface MandateCard {
  id: string;
  name: string;
  kind: string;
  ground: string | null;
  represented: string;
  delegate: string;
  status: string;
  loa: string;
  validFrom: number;
  validUntil: number | null;
  /** Names of services, sets and owners; none: all services. */
  covers: string[];
  operations: 'all' | string[];
  branches: 'all' | string[];
  cases: 'all' | string[];
  reach: string | null;
  /** How many must act together. */
  required: number | null;
}

/** What the register says now of whatever an explanation names by id. */
export interface Described {
  mandates: ReadonlyMap<string, MandateCard>;
  parties: ReadonlyMap<PartyId, string>;
}

export type Describe = (mandates: readonly string[], parties: readonly PartyId[]) => Promise<Described>;
