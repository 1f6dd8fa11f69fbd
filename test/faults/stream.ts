import type { Rig } from '../rig/rig.ts';
import { type Scenario, type Stage, times } from './scenario.ts';

const STREAM = '{m0}:stream';

type Entry = [id: string, fields: string[]];

/** What the projection tells its readers. TCP neither loses, doubles nor reorders; a Redis that was meddled with does. */
export const STREAM_FAULTS: readonly Scenario[] = [
  {
    name: 'messages lost',
    does: 'Entries of the stream that a sidecar has not read yet are deleted, one here and there.',
    sees: 'The next entry does not join on, or the next heartbeat counts more than came: everything is forgotten, the place is taken anew.',
    strike: (stage) =>
      meddle(stage, async ({ dice, rig }, unread) => {
        const [id] = dice.pick(unread);
        await rig.redis.primary().call('xdel', STREAM, id);
      }),
  },
  {
    name: 'messages doubled',
    does: 'Entries of the stream, changes and heartbeats, come a second time.',
    sees: 'A change does not join on; an old heartbeat makes the data older, never younger.',
    strike: (stage) => meddle(stage, ({ dice, rig }, unread) => repeat(rig, dice.pick(unread), false)),
  },
  {
    name: 'messages reordered',
    does: 'An entry is taken out and comes again behind those that came after it.',
    sees: 'Neither it nor the next joins on.',
    strike: (stage) => meddle(stage, ({ dice, rig }, unread) => repeat(rig, dice.pick(unread), true)),
  },
  {
    name: 'messages garbled',
    does: 'An entry that no layout writes comes among the others.',
    sees: 'What it said is unknown: everything is forgotten, the place is taken anew.',
    strike: (stage) =>
      meddle(stage, async ({ rig }) => {
        await rig.redis.primary().call('xadd', STREAM, '*', 'from', '1.1', 'to', '1.2', 'keys', 'no keys at all');
      }),
  },
  {
    name: 'stream trimmed or gone',
    does: 'The stream is cut to its last entry, or deleted, before a sidecar has read it.',
    sees: 'The same as for one that was lost; without a stream, a place is taken at its end.',
    strike: (stage) =>
      meddle(stage, async ({ dice, rig }) => {
        if (dice.next() < 0.7) await rig.redis.primary().call('xtrim', STREAM, 'MAXLEN', 1);
        else await rig.redis.primary().call('del', STREAM);
      }),
  },
  {
    name: 'keys of the projection lost one by one',
    does: 'The head, the fence, the number of generations, the stream are deleted, in an order of chance.',
    sees: 'Without a head `not_ready`, and sync builds anew; without the others everything goes on or begins anew.',
    async strike({ rig, dice, wait, struck }) {
      const keys = ['head', 'fence', 'generations', 'stream', 'head', 'fence'];
      for (const _ of times(8)) {
        await rig.redis.primary().call('del', `{m0}:${dice.pick(keys)}`);
        struck();
        await wait(50, 500);
      }
    },
  },
];

/** Within Redis: entries hold bytes that are no text. */
const REPEAT = `
  local found = redis.call('XRANGE', KEYS[1], ARGV[1], ARGV[1])[1]
  if not found then return end
  if ARGV[2] == '1' then redis.call('XDEL', KEYS[1], ARGV[1]) end
  redis.call('XADD', KEYS[1], '*', unpack(found[2]))`;

async function repeat(rig: Rig, [id]: Entry, isTakenOut: boolean): Promise<void> {
  await rig.redis.primary().call('eval', REPEAT, 1, STREAM, id, isTakenOut ? '1' : '0');
}

/** Lets one sidecar stand still, so that what comes meanwhile can be meddled with before it is read. */
async function meddle(stage: Stage, act: (stage: Stage, unread: Entry[]) => Promise<void>): Promise<void> {
  const { rig, sidecar, wait, struck } = stage;
  for (const _ of times(5)) {
    const one = sidecar();
    const primary = rig.redis.primary();
    const [last] = (await primary.call('xrevrange', STREAM, '+', '-', 'COUNT', 1)) as Entry[];
    one.freeze();
    await wait(150, 500);
    const unread = (await primary.call('xrange', STREAM, `(${last?.[0] ?? '0-0'}`, '+')) as Entry[];
    if (unread.length > 0) {
      await act(stage, unread);
      struck();
    }
    one.resume();
    await wait(100, 500);
  }
}
