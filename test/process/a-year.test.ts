import { execFile, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeStory, type Story } from '../../examples/a-year/story.ts';
import { CHAPTERS } from '../../examples/a-year/year.ts';
import { claimsFor, type DevPeople, devPeople, isLoa } from '../../src/cli/dev-people.ts';
import { readRegisterFile } from '../../src/register/read-file.ts';
import { type AdminProcess, startAdminProcess } from '../support/admin-process.ts';
import { cloneDatabase, type TestDatabase } from '../support/database.ts';
import { eventually } from '../support/eventually.ts';
import { type Process, runMachtig, startMachtig } from '../support/program.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';

const ROOT = join(import.meta.dirname, '../..');
const REGISTER = join(ROOT, 'examples/register.yaml');

describe('a year, played on separate processes', () => {
  let folder: string;
  let database: TestDatabase;
  let redis: TestRedis;
  let people: DevPeople;
  let admin: AdminProcess;
  let sync: Process;
  let sidecar: Process;
  let story: Story;
  const printed: string[] = [];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'machtig-year-'));
    database = await cloneDatabase({ empty: true });
    redis = await startRedis();
    people = devPeople(readRegisterFile(await readFile(REGISTER, 'utf8')).file);
    admin = await startAdminProcess(database.url, () => {}, { systems: people.systems.map(systemOf) });
    const env: Record<string, string> = { ...admin.env, REDIS_URL: redis.url };
    sync = await startMachtig('sync', env);
    const { DATABASE_URL: _, MACHTIG_SEAL_KEY: __, MACHTIG_ADMIN_ACCESS: ___, ...deciding } = env;
    sidecar = await startMachtig('sidecar', {
      ...deciding,
      MACHTIG_ANONYMOUS: 'loopback:bsn,details',
      MACHTIG_RECORDS_FILE: join(folder, 'decisions.jsonl'),
    });
    await sidecar.ready();
    await eventually('the data is fresh', async () => (await sidecar.health('/freshz')) === 200);
    story = makeStory({ admin: admin.process.adminUrl, sidecar: sidecar.url, token, machtig }, (line) =>
      printed.push(line),
    );
  });

  afterAll(async () => {
    await Promise.all([sidecar, sync].map((one) => one?.kill('SIGTERM')));
    await admin?.end();
    await redis?.stop();
    await database?.drop();
    await rm(folder, { recursive: true, force: true });
  });

  const systemOf = ({ key, role, oin, apiKey }: DevPeople['systems'][number]) => ({
    name: key,
    role,
    ...(oin && { oin }),
    keys: [createHash('sha256').update(apiKey).digest('hex')],
  });

  async function token({ as, loa }: { as: string; loa: string }): Promise<string> {
    const system = people.systems.find(({ key }) => key === as);
    if (system) return system.apiKey;
    const claims = isLoa(loa) ? claimsFor(people, { as, loa, digid: false }) : 'no such level';
    if (typeof claims === 'string') throw new Error(claims);
    return admin.provider.token(claims);
  }

  async function machtig(...args: string[]): Promise<string> {
    const { code, out, err } = await runMachtig(args, admin.env);
    expect(code, err).toBe(0);
    return out.trim();
  }

  it.each(CHAPTERS.map((chapter) => [chapter.title, chapter] as const))('%s', async (_title, { play }) => {
    await play(story);
  });

  it('reaches Redis as it stands in PostgreSQL', async () => {
    const { code, out } = await runMachtig(['sync', 'verify'], { ...admin.env, REDIS_URL: redis.url });
    expect({ code, found: JSON.parse(out) }).toMatchObject({ code: 0, found: { equal: true } });
  });

  it('names nobody by a personal number or a means, and shows nobody the code that activates', () => {
    const all = printed.join('\n');
    expect(all).not.toMatch(/\b9999[0-9]{5}\b|pseudonym/);
    expect(all).not.toMatch(/\b[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}\b/);
  });

  it('fails loudly when an answer is not what the story says', async () => {
    const wrong = { actor: 'urn:etoegang:pseudonym:stan@korenbloem', represented: 'urn:nl:kvk:90000004', service: 'x' };
    await expect(story.may('May Stan?', wrong, 'mandate')).rejects.toThrow(/expected: .*true[\s\S]*came: .*false/);
    await expect(story.act({ by: 'stan', to: 'GET /parties' })).rejects.toThrow('expected: "success"');
  });

  it('lets nobody run a job on another day by a slip', async () => {
    const args = ['jobs', 'run', 'reconfirm', '--at', '2040-01-01'];
    expect(await runMachtig(args, admin.env)).toMatchObject({ code: 65, err: expect.stringContaining('--pretend') });
    expect(await runMachtig(['jobs', 'run', 'nothing'], admin.env)).toMatchObject({ code: 65 });
    expect(await runMachtig([...args, '--pretend'], { DATABASE_URL: database.url })).toMatchObject({
      code: 78,
      err: expect.stringContaining('MACHTIG_ADMIN_ACCESS'),
    });
    expect((await runMachtig(['jobs', 'list'], {})).out).toContain('reconfirm');
  });
});

describe('the script beside machtig dev', () => {
  const free = { MACHTIG_PORT: '0', MACHTIG_OPS_PORT: '0', MACHTIG_ADMIN_PORT: '0', MACHTIG_DEV_LOGIN_PORT: '0' };
  const path = { PATH: process.env.PATH ?? '' };
  const dev = spawn(process.execPath, [join(ROOT, 'bin/machtig.js'), 'dev'], {
    env: { ...path, ...free },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let said = '';
  dev.stdout.on('data', (text: Buffer) => {
    said += text.toString();
  });
  afterAll(async () => {
    dev.kill('SIGTERM');
    await once(dev, 'exit');
  });

  async function play() {
    const port = (pattern: RegExp) => new URL(pattern.exec(said)?.[1] ?? '').port;
    const env = {
      ...path,
      MACHTIG_PORT: port(/machtig answers on (http:\S+[0-9])/),
      MACHTIG_ADMIN_PORT: port(/admin API answers on (http:\S+)\/v1:/),
      MACHTIG_DEV_LOGIN_PORT: port(/choose on (http:[^\s,]+)/),
    };
    return promisify(execFile)(process.execPath, ['--import', 'tsx', 'examples/a-year.ts'], { cwd: ROOT, env });
  }

  it('tells the whole year, once', async () => {
    await eventually('dev has said everything', () => said.includes('Ctrl-C'), 60_000);
    const { stdout } = await play();
    for (const [i, { title }] of CHAPTERS.entries()) expect(stdout).toContain(`\n${i + 1}. ${title}\n`);
    expect(stdout).toContain('That was the year.');
    await expect(play()).rejects.toMatchObject({ code: 1, stderr: expect.stringContaining('start it anew') });
  }, 180_000);
});
