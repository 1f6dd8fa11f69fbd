import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { request } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { runMachtig } from '../support/program.ts';

const PROGRAM = join(import.meta.dirname, '../../bin/machtig.js');
const PORTS = {
  MACHTIG_PORT: '0',
  MACHTIG_OPS_PORT: '0',
  MACHTIG_ADMIN_PORT: '0',
  MACHTIG_DEV_LOGIN_PORT: '0',
};

describe('the admin API in machtig dev', () => {
  const dev = spawn(process.execPath, [PROGRAM, 'dev'], {
    env: { PATH: process.env.PATH ?? '', ...PORTS },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let said = '';
  let admin: string;
  let login: string;
  dev.stdout.on('data', (text: Buffer) => {
    said += text.toString();
  });
  beforeAll(async () => {
    await eventually('dev has said everything', () => said.includes('Ctrl-C'), 60_000);
    admin = /admin API answers on (http:\S+)\/v1:/.exec(said)?.[1] ?? '';
    login = /choose on (http:[^\s,]+)/.exec(said)?.[1] ?? '';
  });
  afterAll(async () => {
    dev.kill('SIGTERM');
    await once(dev, 'exit');
  });

  async function tokenOf(...args: string[]) {
    return runMachtig(['token', ...args], { MACHTIG_DEV_LOGIN_PORT: new URL(login).port });
  }

  async function me(token: string) {
    const response = await fetch(`${admin}/v1/me`, { headers: { authorization: `Bearer ${token.trim()}` } });
    return { status: response.status, body: await response.json() };
  }

  it('is said with a first call and its answer', () => {
    expect(said).toContain(`curl -s ${admin}/v1/me -H "Authorization: Bearer $TOKEN"\n→ {"party":`);
    expect(said).toContain('"name":"Karin Korenaar"');
  });

  it('takes the token that is printed for somebody, at the level and for the party asked', async () => {
    const { out } = await tokenOf('--as', 'willem', '--loa', 'eh4', '--party', 'boerderij');
    expect(await me(out)).toMatchObject({
      status: 200,
      body: {
        party: { name: 'Willem van der Weide' },
        loa: 'eh4',
        for: { name: 'Melkveehouderij De Lage Weide' },
      },
    });
    expect(await me((await tokenOf('--as', 'moeder', '--digid')).out)).toMatchObject({
      body: { party: { name: 'Marijke de Jong' }, loa: 'eh3' },
    });
  });

  it('knows a person again by whatever he logs in with (R14)', async () => {
    const [byMeans, byBsn] = [
      await me((await tokenOf('--as', 'willem')).out),
      await me((await tokenOf('--as', 'willem', '--digid')).out),
    ];
    expect(byMeans.status).toBe(200);
    expect(byBsn.body).toEqual(byMeans.body);
  });

  it('knows the systems of the register', async () => {
    expect(await me((await tokenOf('--as', 'rvo')).out)).toMatchObject({
      body: { system: { role: 'service_owner', owner: { oin: '00000003800000020000' } } },
    });
    expect(await me((await tokenOf('--as', 'registrar')).out)).toMatchObject({
      body: { system: { role: 'registrar' } },
    });
  });

  it('says why nobody gets a token', async () => {
    expect(await tokenOf('--as', 'nobody')).toMatchObject({ code: 65, err: expect.stringContaining('nobody') });
    expect(await tokenOf('--as', 'willem', '--loa', 'eh9')).toMatchObject({ code: 65 });
    const gone = await runMachtig(['token', '--as', 'willem'], { MACHTIG_DEV_LOGIN_PORT: '1' });
    expect(gone).toMatchObject({ code: 69, err: expect.stringContaining('npm run dev') });
  });

  it('has a page on which one says who one is, for this machine alone', async () => {
    const page = await (await fetch(login)).text();
    expect(page).toContain('<option value="willem">Willem van der Weide (willem)</option>');
    expect(await statusUnder('evil.example')).toBe(421);
  });

  async function statusUnder(host: string): Promise<number> {
    const asked = request(login, { headers: { host } }).end();
    const [answer] = await once(asked, 'response');
    answer.resume();
    return answer.statusCode;
  }
});
