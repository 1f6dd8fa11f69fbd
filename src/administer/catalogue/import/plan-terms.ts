import { LOAS } from '../../../domain/facts.ts';
import { NOT_DESCRIBED } from '../terms.ts';
import type { FileDefinition, FileInstance, Represented } from '../xml/catalogue-file.ts';
import type { InstanceRow, Kind, ServiceRow } from './register-state.ts';

/** Kinds of mandates that can stand for such parties; employees also complete chains for persons (R107). */
function isPossible(kind: Kind, { organisations, persons }: Represented): boolean {
  if (kind === 'business') return organisations;
  if (kind === 'voluntary') return persons;
  return true;
}

/**
 * A definition as the file would have it. What the file does not hold stays as the register has it, and a new one is
 * closed: for no kind of mandate, in no chain, until its owner says what mandating means. The file may take kinds away
 * from which nobody of its types can be represented; it never adds one.
 */
export function definitionFrom(
  file: FileDefinition,
  { chains }: { chains: boolean },
  known: ServiceRow | undefined,
): ServiceRow {
  const { service_uuid, name, description, loa, branches, represented } = file;
  const held = { service_uuid, name, description, loa, branches, chains, active: true };
  if (known !== undefined) {
    const kinds = represented ? known.kinds.filter((kind) => isPossible(kind, represented)) : known.kinds;
    return { ...known, ...held, kinds };
  }
  return {
    ...held,
    consequence: NOT_DESCRIBED,
    classification: null,
    kinds: [],
    grounds: [],
    domain: 'general',
    operations: null,
    follow_up: 'represented',
    owners: [],
  };
}

/** An instance as the file would have it: what it narrows by itself stays, within what its definition becomes. */
export function instanceFrom(
  file: FileInstance,
  owner_id: string,
  definition: ServiceRow,
  known: InstanceRow | undefined,
): InstanceRow {
  const { service_id, service_uuid, represented, chains } = file;
  const own = known ?? { loa: null, kinds: null, grounds: null, chains: null, branches: null };
  const within = {
    loa: own.loa !== null && LOAS.indexOf(own.loa) < LOAS.indexOf(definition.loa) ? null : own.loa,
    kinds: kindsOf(own.kinds, definition.kinds, represented),
    grounds: own.grounds?.filter((ground) => definition.grounds.includes(ground)) ?? null,
    branches: own.branches === true && !definition.branches ? null : own.branches,
  };
  return {
    service_id,
    service_uuid,
    owner_id,
    active: true,
    ...within,
    chains: chainsOf(own.chains, chains, definition),
  };
}

function kindsOf(own: Kind[] | null, all: readonly Kind[], represented: Represented | undefined): Kind[] | null {
  const mine = own?.filter((kind) => all.includes(kind)) ?? null;
  if (represented === undefined) return mine;
  const left = (mine ?? all).filter((kind) => isPossible(kind, represented));
  return mine === null && left.length === all.length ? null : left;
}

/** The file decides where it speaks; where it is silent the register does. */
function chainsOf(own: boolean | null, said: boolean | undefined, definition: ServiceRow): boolean | null {
  if (said === undefined) return own === true && !definition.chains ? null : own;
  return said ? null : false;
}
