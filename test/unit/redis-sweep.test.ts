import { expect, it } from 'vitest';
import { partitions } from '../../src/mandates/redis-layout.ts';
import { makeSweeper } from '../../src/mandates/redis-sweep.ts';
import type { RedisServer, RedisServers } from '../../src/store/redis-servers.ts';

const PARTS = partitions(2);
const MANY = 10_000;

/** Holds many keys of copies 1 to 3 of a partition, and gives as many at each step as it is asked for. */
function serverOf(part: number) {
  const names = Array.from({ length: MANY }, (_, i) => `${PARTS[part]?.prefix}${1 + (i % 3)}-10:${i}`);
  const held = new Set(names);
  const client = {
    async scanBuffer(cursor: string, _: 'COUNT', count: number) {
      const from = Number(cursor);
      const found = names.slice(from, from + count).filter((name) => held.has(name));
      return [Buffer.from(from + count < MANY ? String(from + count) : '0'), found.map((name) => Buffer.from(name))];
    },
    async unlink(...gone: Buffer[]) {
      for (const name of gone) held.delete(name.toString());
    },
  };
  const copies = () => [...new Set([...held].map((name) => name.split(':')[1]))].sort();
  // All that a sweeper asks a server for.
  return { copies, server: { client: client as unknown as RedisServer['client'], parts: [part] } };
}

it('clears away what is older on every server, a slice at a time, and begins anew where others hold the data than before', async () => {
  const [one, other, heir] = [serverOf(0), serverOf(1), serverOf(0)];
  let all: readonly RedisServer[] = [one.server, other.server];
  const servers: RedisServers = { all: () => all, of: (part) => (all[part] as RedisServer).client, doubt: () => {} };
  const sweeper = makeSweeper(servers, PARTS);
  await sweeper.someBelow(3);
  expect([one.copies(), other.copies()]).toEqual([
    ['1-10', '2-10', '3-10'],
    ['1-10', '2-10', '3-10'],
  ]);
  for (let slice = 0; slice < 4; slice++) await sweeper.someBelow(3);
  expect([one.copies(), other.copies()]).toEqual([['3-10'], ['3-10']]);
  // A replica that takes over may not have heard yet of what was cleared away.
  all = [heir.server, other.server];
  for (let slice = 0; slice < 4; slice++) await sweeper.someBelow(3);
  expect(heir.copies()).toEqual(['3-10']);
});
