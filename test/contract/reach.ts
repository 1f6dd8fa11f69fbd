import { describe, expect, test } from 'vitest';
import type { Reach } from '../../src/mandates/reach.ts';
import { scopeKey } from '../../src/mandates/record-key.ts';
import { CLIENTS, LINKS, type World } from './register-world.ts';

/** A chunk holds no more than this, in whatever store. */
const CHUNK_AT_MOST = 5000;

/** All that is given, each once; fails on a chunk that is too big to be held. */
export async function everyone(chunks: AsyncIterable<readonly string[]>): Promise<string[]> {
  const seen = new Set<string>();
  for await (const chunk of chunks) {
    if (chunk.length > CHUNK_AT_MOST) throw new Error(`a chunk of ${chunk.length}`);
    for (const one of chunk) seen.add(one);
  }
  return [...seen].sort();
}

/** Whom every store of mandate data finds, given the same register. */
export function reachContract(name: string, getWorld: () => World, getReach: () => Reach): void {
  const nobody = '99999999-0000-4000-8000-000000000000';

  describe(`reach in ${name}`, () => {
    test('is nobody for whom the register does not know', async () => {
      expect(await everyone(getReach().delegates(nobody))).toEqual([]);
      expect(await everyone(getReach().delegates(nobody, new Set([scopeKey.everything])))).toEqual([]);
      expect(await everyone(getReach().represented(nobody))).toEqual([]);
    });

    test('is everybody who was given a mandate, in whatever state it may be', async () => {
      const { firm, person, other, caseWorker } = getWorld();
      expect(await everyone(getReach().delegates(firm))).toEqual([person, other, caseWorker].sort());
    });

    test('is whoever was given one under a scope key', async () => {
      const { firm, person, other, caseWorker, service, serviceId, set, owner, caseId } = getWorld();
      const under = (...scopes: string[]) => everyone(getReach().delegates(firm, new Set(scopes)));
      expect(await under(scopeKey.service(service))).toEqual([person, other].sort());
      expect(await under(scopeKey.set(set))).toEqual([person]);
      expect(await under(scopeKey.owner(owner))).toEqual([person]);
      expect(await under(scopeKey.everything)).toEqual([person]);
      expect(await under(scopeKey.case(serviceId, caseId(7)))).toEqual([caseWorker]);
      expect(await under(scopeKey.case(serviceId, 'one'))).toEqual([person]);
      expect(await under(scopeKey.case(serviceId, 'one'), scopeKey.case(serviceId, caseId(3)))).toEqual(
        [person, caseWorker].sort(),
      );
      expect(await under(scopeKey.service(nobody))).toEqual([]);
      expect(await under()).toEqual([]);
    });

    test(`is all ${CLIENTS} clients of an intermediary`, async () => {
      const { intermediary, client } = getWorld();
      const clients = await everyone(getReach().represented(intermediary));
      expect(clients.length).toBe(CLIENTS);
      expect(clients[0]).toBe(client(0));
      expect(clients.at(-1)).toBe(client(CLIENTS - 1));
    });

    test('is everybody who gave somebody a mandate', async () => {
      const { adviser, client, caseWorker, firm } = getWorld();
      expect(await everyone(getReach().represented(adviser))).toEqual(
        Array.from({ length: LINKS }, (_, i) => client(i)),
      );
      expect(await everyone(getReach().represented(caseWorker))).toEqual([firm]);
    });

    test('is every service of the catalogue', async () => {
      const { serviceId } = getWorld();
      expect(await everyone(getReach().services())).toEqual([serviceId]);
    });

    test('may be left at any moment', async () => {
      const { intermediary } = getWorld();
      for await (const chunk of getReach().represented(intermediary)) {
        expect(chunk.length).toBeGreaterThan(0);
        break;
      }
      expect(await everyone(getReach().services())).toHaveLength(1);
    });
  });
}
