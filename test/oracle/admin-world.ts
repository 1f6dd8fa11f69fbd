import type { ActName, AdminVerdict, SystemRole } from '../../src/domain/administration.ts';
import type { PartyFacts, PartyId } from '../../src/domain/facts.ts';
import type { AdminInput } from '../../src/policy/admin-input.ts';
import type { MandateRow, Register } from './register.ts';

/** A mandate as a plain row, with what only managing asks of it. */
export interface ActRow extends MandateRow {
  channel: 'digital' | 'paper';
  evidence: string[];
  /** Capacity of whoever suspended it. */
  suspended_by?: string;
}

/** A register with everybody in it, and the service by which it is managed. */
export interface AdminWorld {
  register: Register;
  /** ServiceID. */
  manage: string;
  now: number;
}

export interface Login {
  party: PartyId;
  loa?: string;
  means?: { active: boolean };
}

/** One act that somebody wants to do. */
export interface AdminQuestion {
  act: ActName;
  actor?: Login;
  system?: { role: SystemRole; owner?: string };
  together: Login[];
  current?: ActRow;
  mandate?: ActRow;
  parent?: ActRow;
  party?: PartyId;
  about: Omit<AdminInput['act'], 'name' | 'current' | 'mandate' | 'parent'>;
}

export type AdminAnswer = AdminVerdict;

export function partyOf({ register }: AdminWorld, id: PartyId): PartyFacts {
  const found = register.parties.get(id);
  if (found === undefined) throw new Error(`the world has no party ${id}`);
  return found;
}

/** The two ends, or the party that the act is about. */
export function endsOf({ mandate, current, party }: AdminQuestion): { represented?: PartyId; delegate?: PartyId } {
  const row = mandate ?? current;
  if (row) return { represented: row.represented, delegate: row.delegate };
  return party === undefined ? {} : { represented: party };
}
