import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { finished } from 'node:stream/promises';
import { mandateFacts, partyFacts, serviceFacts } from './facts.ts';
import { isDirect, isFirstLink, isSecondLink, type PeerMandate, type PeerRegister } from './register.ts';
import { wireMandate } from './wire.ts';

type ByPair = Map<string, Map<string, unknown[]>>;

/** What OPA holds for its own writing of the shared rules. @returns mandates in it */
export async function writeSharedData(file: string, register: PeerRegister): Promise<number> {
  const [direct, first, serves]: [ByPair, ByPair, ByPair] = [new Map(), new Map(), new Map()];
  let count = 0;
  for (const mandate of register.mandates()) {
    const { represented, delegate } = mandate;
    const wire = wireMandate(mandate);
    if (isDirect(mandate)) keep(direct, represented, delegate, wire);
    if (isFirstLink(mandate)) keep(first, represented, delegate, wire);
    if (isSecondLink(mandate)) keep(serves, delegate, represented, wire);
    count++;
  }
  const services = Object.fromEntries(register.services);
  await writeJson(file, { services, direct, first, serves });
  return count;
}

/** What OPA holds for the rules of machtig. @returns mandates in it */
export async function writeOwnData(file: string, register: PeerRegister): Promise<number> {
  const [mandates, held]: [ByPair, ByPair] = [new Map(), new Map()];
  const parties = new Map<string, unknown>();
  const branches = new Map<string, unknown>();
  let count = 0;
  for (const mandate of register.mandates()) {
    const { represented, delegate } = mandate;
    const kept = { facts: mandateFacts(mandate), services: asSet(mandate) };
    keep(mandates, represented, delegate, kept);
    if (isSecondLink(mandate)) keep(held, delegate, represented, kept);
    for (const urn of [represented, delegate]) if (!parties.has(urn)) parties.set(urn, partyFacts(register, urn));
    branches.set(represented, Object.fromEntries(register.branchesOf(represented).map((branch) => [branch, true])));
    count++;
  }
  const services = Object.fromEntries([...register.services.values()].map((one) => [one.id, serviceFacts(one)]));
  await writeJson(file, { services, mandates, held, parties, branches });
  return count;
}

function asSet({ services }: PeerMandate): 'all' | Record<string, true> {
  return services === 'all' ? 'all' : Object.fromEntries(services.map((service) => [service, true]));
}

function keep(pairs: ByPair, from: string, to: string, value: unknown): void {
  const found = pairs.get(from) ?? new Map<string, unknown[]>();
  pairs.set(from, found);
  const list = found.get(to) ?? [];
  found.set(to, list);
  list.push(value);
}

/** Maps as objects, piece by piece: the whole text of a large register is longer than a string may be. */
async function writeJson(file: string, tables: Record<string, object>): Promise<void> {
  const out = createWriteStream(file);
  let lead = '{';
  for (const [name, table] of Object.entries(tables)) {
    out.write(`${lead}${JSON.stringify(name)}:`);
    lead = ',';
    if (!(table instanceof Map)) {
      out.write(JSON.stringify(table));
      continue;
    }
    let separator = '{';
    for (const [key, value] of table) {
      const plain = value instanceof Map ? Object.fromEntries(value) : value;
      if (!out.write(`${separator}${JSON.stringify(key)}:${JSON.stringify(plain)}`)) {
        await once(out, 'drain');
      }
      separator = ',';
    }
    out.write(separator === '{' ? '{}' : '}');
  }
  out.end('}');
  await finished(out);
}
