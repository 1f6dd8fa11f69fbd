import type { Heard, Sent } from './exchange.ts';
import type { MatrixWorld } from './world.ts';

/** What the expectation reads of what is attempted. */
export interface Facts {
  /** Key of the represented, or of the party that it is about. */
  represented?: string;
  delegate?: string;
  /** The highest level of the mandates under it, as they stand and as they would stand. */
  loa?: 'eh2' | 'eh2plus' | 'eh3' | 'eh4';
  services?: readonly string[];
  branches?: 'all' | readonly string[];
  domain?: string;
  /** Who holds the means himself. */
  holder?: string;
  /** Service owners who may; without it every service owner may. */
  owners?: readonly string[];
  /** Whoever is limited finds what lies within his limits. */
  partial?: true;
  /** Whatever concerns nobody in particular. */
  anybody?: true;
  /** For whoever the register does not know. */
  unknownOnly?: true;
  /** Of a court: nobody verified it. */
  unverified?: true;
  /** These, by key, may not although their capacity may: they agreed before, hold the means themselves, … */
  but?: readonly string[];
}

export interface Attempt {
  name: string;
  /** Id of the operation. */
  operation: string;
  /** Line of the table. */
  line: string;
  facts: Facts;
  /** Fewer logins will do: others try all of them on the like. */
  few?: true;
  /** Where the mandate as it stands reads otherwise. */
  sight?: Facts;
  send(world: MatrixWorld): Sent;
  /** Whether a successful answer shows that it was done; a search may succeed and show nothing. */
  done?(heard: Heard, world: MatrixWorld): boolean;
  /** Everybody tries it; otherwise only those who are, or seem, something to one of its ends. */
  everybody?: true;
  /** An id in it that looks like one that does not exist to whoever may not see the mandate. */
  hides?(world: MatrixWorld): string;
}

export const NOWHERE = '7f000000-0000-4000-8000-00000000ffff';
