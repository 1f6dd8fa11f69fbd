import type { AliasFacts, MandateFacts, PartyFacts, PartyId, ServiceFacts } from '../../domain/facts.ts';

/** A mandate as a plain row: its facts, its two ends and everything its scope names. */
export interface MandateRow {
  facts: Omit<MandateFacts, 'scope'>;
  represented: PartyId;
  delegate: PartyId;
  /** ServiceUUIDs. */
  services: string[];
  /** Sets with the version that the grantor confirmed. */
  sets: { set: string; version: number }[];
  owner?: string;
  everything: boolean;
}

/** A whole register in memory, to be scanned. */
export interface Register {
  parties: Map<PartyId, PartyFacts>;
  /** By URN. */
  aliases: Map<string, AliasFacts>;
  /** `party branch` */
  branches: Set<string>;
  /** By ServiceID. */
  services: Map<string, ServiceFacts>;
  mandates: MandateRow[];
}
