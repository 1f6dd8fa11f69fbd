import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { serveAdmin } from '../../src/http/admin/serve.ts';
import { type AdminWorld, startAdminWorld } from '../support/admin.ts';
import { anAdminHttp } from '../support/admin-http.ts';

/** The page for managers must not lie: its commands run as they stand, one after another. */
const page = await readFile('docs/managers.md', 'utf8');
const blocks = [...page.matchAll(/```sh run\n(.*?)```\n```json answer\n(.*?)```/gs)].map(
  ([, command = '', answer = ''], i) => ({ i: i + 1, command, answer: JSON.parse(answer) }),
);
const LOGINS = {
  KARIN: 'karin',
  KARIN_WEAK: 'karin@eh2',
  STAN: 'stan',
  OLAF: 'olaf',
  WILLEM: 'willem',
  MARIJKE: 'moeder@eh2plus',
  SANNE: 'dochter@eh2plus',
  NEWCOMER: 'newcomer',
  COURT: 'court',
  DESK: 'registrar',
};

let world: AdminWorld;
let server: Awaited<ReturnType<typeof serveAdmin>>;
let folder: string;
const said: Record<string, string> = {};

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'machtig-managers-'));
  world = await startAdminWorld();
  server = await serveAdmin(anAdminHttp(world).app, { tcp: { host: '127.0.0.1', port: 0 }, drainMs: 100 });
});

afterAll(async () => {
  await server.close();
  await world.close();
  await rm(folder, { recursive: true, force: true });
});

/** `$ETAG`, `$MANDATE`, `$CODE` and `$MEANS` are those of the last answer that had one; a list has no mandate. */
async function run(command: string): Promise<unknown> {
  const headers = join(folder, 'headers');
  const script = `curl() { command curl -s -D "${headers}" "$@"; }\n${command}`;
  const { stdout } = await promisify(execFile)('sh', ['-c', script], {
    env: { PATH: process.env.PATH, ADMIN: server.url, ...LOGINS, ...said },
  });
  const answer = JSON.parse(stdout);
  const [, etag] = /^etag: (.*?)\r?$/im.exec(await readFile(headers, 'utf8')) ?? [];
  const first = answer.mandates?.[0] ?? answer.mandate ?? answer;
  const found = {
    MANDATE: first.mandate_id,
    CODE: answer.expires_at && answer.code,
    MEANS: answer.items?.[0]?.means_id,
    ETAG: etag,
  };
  for (const [name, value] of Object.entries(found)) if (value) said[name] = value;
  return answer;
}

test('every command of the page is one that runs', () => {
  expect(blocks).toHaveLength(page.match(/^curl /gm)?.length ?? 0);
  expect(blocks.length).toBeGreaterThan(25);
});

test.each(blocks)('command $i is answered as the page says', async ({ command, answer }) => {
  expect(await run(command)).toMatchObject(answer);
});
