import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Process, runMachtig, startMachtig } from '../support/program.ts';

const OLAF = [
  ...['--actor', 'urn:etoegang:pseudonym:olaf@balans', '--loa', 'eh3', '--represented', 'urn:nl:kvk:90000004'],
  ...['--service', 'urn:etoegang:DV:00000003800000010000:services:1', '--operation', 'submit'],
];
let folder: string;
let dev: Process;
let socket: string;
let records: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'machtig-explain-test-'));
  socket = join(folder, 'sidecar.sock');
  const callers = join(folder, 'callers.yaml');
  await writeFile(callers, CALLERS);
  records = join(folder, 'records.jsonl');
  const env = { MACHTIG_SOCKET: socket, MACHTIG_CALLERS: callers, MACHTIG_ANONYMOUS: 'loopback:details' };
  dev = await startMachtig('dev', { ...env, MACHTIG_RECORDS_FILE: records });
  await dev.ready();
}, 60_000);

afterAll(async () => {
  await dev?.kill('SIGTERM');
  await rm(folder, { recursive: true, force: true });
});

/** Who asks over the socket may know why; the counter may not. */
const CALLERS = `callers:
  - {name: desk, owners: all, rights: [details], socket: true}
  - {name: counter, owners: all, tokens: [${createHash('sha256').update('of-the-counter').digest('hex')}]}
`;

const explain = (...args: string[]) => runMachtig(['explain', ...args], {});

describe('machtig explain', () => {
  it('prints the answer as a tree, the rule that fails in words, and what would turn it', async () => {
    const { code, out } = await explain('--url', dev.url, ...OLAF);
    expect(code).toBe(0);
    expect(out).toContain('reach_own_only: The actor may act for the intermediary itself, not for its clients.');
    expect(out).toMatch(/^✗ Denied at .*: reach_own_only$/m);
    expect(out).toMatch(/^✓ The question$/m);
    expect(out).toMatch(/^ {2}• Were mandate .* for clients as well, it would be allowed\.$/m);
    expect(out).not.toContain('olaf');
  });

  it('leaves a record of each, and so does the page to try the policy', async () => {
    const kept = async () => (await readFile(records, 'utf8')).split('"event_name":"machtig.explanation"').length - 1;
    const before = await kept();
    await explain('--url', dev.url, ...OLAF);
    const wish = 'actor=olaf&party=bakkerij&service=urn:etoegang:DV:00000003800000010000:services:1&loa=eh3';
    expect((await fetch(`${dev.url}/console/policy?${wish}`)).status).toBe(200);
    expect(await kept()).toBe(before + 2);
    expect(await readFile(records, 'utf8')).not.toMatch(/pseudonym|90000004/);
    expect((await runMachtig(['records', 'verify', records], {})).code).toBe(0);
  });

  it('lists the rules that hold where they are asked for', async () => {
    const { out } = await explain('--url', dev.url, '--all', ...OLAF);
    expect(out).toContain('✓ The mandate has not ended');
    expect(out).not.toContain('rules hold');
  });

  it('asks about another moment, as JSON', async () => {
    const { code, out } = await explain('--url', dev.url, '--json', '--at', '2000-01-01T00:00:00Z', ...OLAF);
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ at: '2000-01-01T00:00:00.000Z', would_allow: false });
  });

  it('reads the request from a file, and asks over the socket', async () => {
    const request = join(folder, 'request.json');
    const [actor, represented, service] = [OLAF[1], OLAF[5], OLAF[7]];
    await writeFile(request, JSON.stringify({ actor, represented, service, loa: 'eh3', operation: 'view' }));
    const { code, out } = await explain(request, '--socket', socket, '--operation', 'submit');
    expect(code).toBe(0);
    expect(out).toContain('reach_own_only');
  });

  it('takes no BSN on the command line', async () => {
    const { code, err } = await explain('--url', dev.url, '--actor', 'urn:nl:bsn:999990019');
    expect(code).toBe(65);
    expect(err).toContain('--actor: is a BSN');
    expect(err).not.toContain('999990019');
  });

  it('says every fault of the request', async () => {
    const { code, err } = await explain('--url', dev.url, '--actor', 'urn:nl:kvk:1');
    expect(code).toBe(65);
    for (const at of ['/actor', '/represented', '/service']) expect(err).toContain(at);
  });

  it('says that nobody answers', async () => {
    const { code, err } = await explain('--socket', join(folder, 'none.sock'), ...OLAF);
    expect(code).toBe(69);
    expect(err).toContain('no sidecar answers on');
  });

  it.each([
    ['of-the-counter', 'forbidden'],
    ['of-nobody', 'unauthenticated'],
  ])('says what becomes of whoever has the token %s: %s', async (token, said) => {
    const file = join(folder, 'token');
    await writeFile(file, `${token}\n`);
    const { code, err } = await explain('--url', dev.url, '--token-file', file, ...OLAF);
    expect([code, err]).toEqual([1, expect.stringContaining(said)]);
    const again = await runMachtig(['explain', '--url', dev.url, '--token-env', 'TOKEN', ...OLAF], { TOKEN: token });
    expect(again.err).toContain(said);
  });
});
