import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { createConnection, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../../src/store/embedded-postgres.ts';

/** A PostgreSQL that can be stopped and started again under one address, with what it holds. */
export interface RestartablePostgres {
  url: string;
  down(): Promise<void>;
  up(): Promise<void>;
  end(): Promise<void>;
}

/** Its own socket moves with each start: a socket in front of it stays where it is, and is there when the server is. */
export async function startRestartablePostgres(): Promise<RestartablePostgres> {
  const directory = join(tmpdir(), `machtig-restartable-${randomUUID()}`);
  const front = await mkdtemp(join(tmpdir(), 'machtig-front-'));
  const socket = join(front, '.s.PGSQL.5432');
  const open = new Set<Socket>();
  let server: EmbeddedPostgres | undefined;
  let door: Server | undefined;

  function connect(client: Socket): void {
    const path = new URL(server?.url ?? '').searchParams.get('host') ?? '';
    const behind = createConnection(join(path, '.s.PGSQL.5432'));
    for (const [one, other] of [
      [client, behind],
      [behind, client],
    ] as const) {
      open.add(one);
      one.on('error', () => other.destroy());
      one.on('close', () => {
        open.delete(one);
        other.destroy();
      });
      one.pipe(other);
    }
  }

  const running = {
    url: `postgresql://postgres@localhost/postgres?host=${encodeURIComponent(front)}`,
    async down() {
      await server?.stop();
      server = undefined;
      for (const one of open) one.destroy();
      await new Promise((resolve) => (door ? door.close(resolve) : resolve(undefined)));
      door = undefined;
    },
    async up() {
      server = await startEmbeddedPostgres({ directory });
      const listening = createServer(connect);
      door = listening;
      await new Promise<void>((resolve) => listening.listen(socket, resolve));
    },
    async end() {
      await running.down();
      await rm(directory, { recursive: true, force: true });
      await rm(front, { recursive: true, force: true });
    },
  };
  await running.up();
  return running;
}
