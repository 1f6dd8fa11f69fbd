/**
 * A process of cheap followers: connections that ask for the stream as sidecars do, and count what they are told.
 * Forked by loadtest/followers.ts with the port of Redis and the name of the stream.
 */
import { connect, type Socket } from 'node:net';
import { command, parseReply, type Reply } from './resp.ts';

/** As src/mandates/follow/stream.ts asks. */
const [ENTRIES_AT_MOST, BLOCK_MS] = [512, 500];

/** What was told to all followers of this process since it began. */
export interface Told {
  replies: number;
  entries: number;
  bytes: number;
}

const told: Told = { replies: 0, entries: 0, bytes: 0 };
const sockets: Socket[] = [];

/** Id of the last entry, and how many there were. */
function entriesIn(reply: Reply): { count: number; last: string } | undefined {
  const [stream] = Array.isArray(reply) ? reply : [];
  const entries = Array.isArray(stream) ? stream[1] : undefined;
  if (!Array.isArray(entries)) return undefined;
  const last = entries.at(-1);
  return { count: entries.length, last: String(Array.isArray(last) ? last[0] : '') };
}

function follow(port: number, stream: string): Promise<void> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    let held: Buffer = Buffer.alloc(0);
    let last = '$';
    const ask = () =>
      socket.write(command('XREAD', 'COUNT', ENTRIES_AT_MOST, 'BLOCK', BLOCK_MS, 'STREAMS', stream, last));
    socket.on('connect', () => {
      ask();
      resolve();
    });
    socket.on('data', (chunk) => {
      told.bytes += chunk.length;
      held = held.length === 0 ? chunk : Buffer.concat([held, chunk]);
      const parsed = parseReply(held);
      if (parsed === undefined) return;
      held = held.subarray(parsed.end);
      const seen = entriesIn(parsed.reply);
      if (seen !== undefined) {
        told.replies++;
        told.entries += seen.count;
        last = seen.last;
      }
      ask();
    });
    sockets.push(socket);
  });
}

const [port = '', stream = ''] = process.argv.slice(2);
process.on('message', async (wanted: { followers: number } | 'tell') => {
  if (wanted === 'tell') process.send?.(told);
  else {
    while (sockets.length < wanted.followers) await follow(Number(port), stream);
    process.send?.('ready');
  }
});
process.on('disconnect', () => process.exit());
