import { createHash } from 'node:crypto';
import { type Identifier, toUrn } from '../../domain/identifier.ts';
import type { Lookups } from '../../mandates/lookups.ts';
import { makeMemoryStore } from '../../mandates/memory.ts';
import type { Write } from '../../mandates/projection.ts';
import { type FactRow, rowWrites } from '../../mandates/writes.ts';
import type { MandateRow, Register } from './register.ts';

/** Stands for the HMAC of an identifier: tests need its form, not its secrecy. */
export function testAlias(identifier: Identifier): string {
  return aliasOf(toUrn(identifier));
}

function aliasOf(urn: string): string {
  return createHash('sha256').update(urn).digest('hex').slice(0, 32);
}

/** Everything a projection of this register holds, by way of the same rows that the database's views give. */
export function registerWrites(register: Register): Write[] {
  return [
    ...[...register.aliases].flatMap(([urn, facts]) => rowWrites.alias({ alias: aliasOf(urn), facts })),
    ...[...register.parties].flatMap(([party_id, facts]) => rowWrites.party({ party_id, facts })),
    ...[...register.services].flatMap(([service_id, facts]) => rowWrites.service({ service_id, facts })),
    ...definitions(register).flatMap(rowWrites.definition),
    ...[...register.branches].flatMap((text) => {
      const [party_id = '', branch = ''] = text.split(' ');
      return rowWrites.branch({ party_id, branch });
    }),
    ...register.mandates.filter(isKept).flatMap((row) => rowWrites.mandate(mandateFactRow(row, register))),
  ];
}

/** A projection in this process, filled with the register. */
export async function registerLookups(register: Register): Promise<Lookups> {
  const store = makeMemoryStore();
  const rebuild = await store.projection.rebuild({ layout: 1, keyId: 'test', keyCheck: 'test' }, 1);
  await rebuild.load(registerWrites(register));
  await rebuild.swap({ epoch: 1, n: 1 }, '');
  return store.lookups;
}

/** The row of `mandate_facts`. */
export function mandateFactRow(row: MandateRow, register: Register): FactRow<'mandate'> {
  const { facts } = row;
  return {
    mandate_id: facts.mandate_id,
    represented: row.represented,
    delegate: row.delegate,
    facts,
    service_uuids: row.services,
    sets: row.sets,
    owner_id: row.owner ?? null,
    all_services: row.everything,
    cases: facts.cases === 'all' ? null : facts.cases.map((name) => caseRow(name, row, register)),
    second_link: isSecondLink(row),
  };
}

function caseRow(name: string, row: MandateRow, register: Register): NonNullable<FactRow<'mandate'>['cases']>[number] {
  const at = name.indexOf('#');
  const service = register.services.get(name.slice(0, at));
  return {
    service_id: name.slice(0, at),
    case: name.slice(at + 1),
    service_uuid: service?.service_uuid ?? null,
    owner_id: service?.owner ?? null,
    sets: row.sets.map(({ set }) => set).filter((set) => service?.sets[set] !== undefined),
  };
}

function isSecondLink({ facts: { kind, reach, ground } }: MandateRow): boolean {
  if (kind === 'employee') return reach === 'clients' || reach === 'both';
  return kind === 'statutory' && (ground === 'signatory' || ground === 'owner');
}

/** Projections hold no mandates that came to nothing. */
function isKept({ facts: { status } }: MandateRow): boolean {
  return status !== 'rejected' && status !== 'withdrawn' && status !== 'lapsed';
}

function definitions(register: Register): { service_uuid: string; instances: string[] }[] {
  const active = new Map<string, string[]>();
  for (const { service_uuid, service_id, instance } of register.services.values()) {
    const instances = active.get(service_uuid) ?? [];
    if (instance.active) instances.push(service_id);
    active.set(service_uuid, instances);
  }
  return [...active].map(([service_uuid, instances]) => ({ service_uuid, instances: instances.sort() }));
}
