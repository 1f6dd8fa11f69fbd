import { randomUUID } from 'node:crypto';
import type { Acting, Written } from '../../src/administer/acting.ts';
import type { AdminWorld } from './admin.ts';
import { insertRow, type Row } from './register-rows.ts';

const SERVICE = '5e000000-0000-4000-8000-000000000021';

/** Mandates to live through, in the example register: of the bakery, managed by Karin. */
export interface LifeWorld {
  /** One use case, by Karin unless said otherwise. */
  write<T>(act: (acting: Acting) => Promise<T>, by?: string): Promise<Written<T>>;
  /** From the bakery to Stan, from 2026 up to 31 December 2030. */
  mandate(columns?: Row): Promise<string>;
  /** A mandate with the right of substitution, one passed on from it, and one that waits to be. */
  onward(): Promise<{ parent: string; child: string; asked: string }>;
  /** Two that count only together. */
  jointPair(): Promise<[string, string]>;
  idOf(view: unknown): string;
  lastActedBy(mandateId: string): Promise<unknown>;
}

export async function makeLifeWorld(world: AdminWorld): Promise<LifeWorld> {
  const party = world.party;
  const employee: Row = {
    name: 'Stan vraagt aan',
    kind: 'employee',
    represented: party('bakkerij'),
    represented_kind: 'organisation',
    delegate: party('stan'),
    delegate_kind: 'person',
    services: [SERVICE],
    all_operations: true,
    all_branches: true,
    all_cases: true,
    loa: 'eh3',
    reach: 'own',
    valid_from: '2025-12-31T23:00:00Z',
    valid_until: '2030-12-30T23:00:00Z',
    granted_by: party('karin'),
    granted_at: '2025-12-15T00:00:00Z',
    channel: 'digital',
    source: 'test',
  };
  const insert = async (columns: Row): Promise<string> => {
    const mandate_id = randomUUID();
    await world.act((client) => insertRow(client, 'mandates', { ...employee, ...columns, mandate_id }));
    return mandate_id;
  };
  const business = { kind: 'business', delegate_kind: 'organisation', reach: null };
  return {
    write: (act, by = 'karin') => world.administer.write(world.as(by), {}, act),
    mandate: (columns = {}) => insert(columns),
    async onward() {
      const parent = await insert({ ...business, delegate: party('balans'), substitution: true });
      const onward = { ...business, delegate: party('veevervoer'), derived_from: parent };
      const child = await insert(onward);
      return { parent, child, asked: await insert({ ...onward, status: 'requested' }) };
    },
    async jointPair() {
      const joint = (key: string, other: string) =>
        insert({ delegate: party(key), joint_required: 2, joint_with: [party(other)] });
      return [await joint('bea', 'olaf'), await joint('olaf', 'bea')];
    },
    idOf(view) {
      if (typeof view === 'object' && view !== null && 'mandate_id' in view) return String(view.mandate_id);
      throw new Error('this is no mandate');
    },
    async lastActedBy(mandateId) {
      const { rows } = await world.pool.query<{ acted_by: unknown }>(
        `select acted_by from changes where entity = 'mandate' and entity_id = $1 order by revision desc limit 1`,
        [mandateId],
      );
      return rows[0]?.acted_by;
    },
  };
}

/** The code of the error that an act ends with, or undefined when it ends well. */
export async function codeOf(act: Promise<unknown>): Promise<string | undefined> {
  try {
    await act;
    return undefined;
  } catch (error) {
    if (error instanceof Error && 'code' in error) return String(error.code);
    throw error;
  }
}
