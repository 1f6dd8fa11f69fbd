import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { BundleRefusal } from '../../src/policy/bundle-refusal.ts';
import type { RollOut } from '../../src/rollout/roll-out.ts';
import { type UrlOptions, urlSource } from '../../src/rollout/url-source.ts';
import { makeAuthority } from '../support/certificates.ts';
import { eventually } from '../support/eventually.ts';
import { startNginx, type TestNginx } from '../support/nginx.ts';
import { release } from '../support/releases.ts';
import { startRollOut, temporaryFolder } from '../support/roll-out.ts';
import { makePair } from '../support/signing.ts';

const pair = makePair();
const T = 1_700_000_000;
const userAgent = 'machtig test';
const bundle = await release('one', pair, T);
let place: Awaited<ReturnType<typeof temporaryFolder>>;
let closing: (() => Promise<void>)[] = [];

beforeEach(async () => {
  place = await temporaryFolder();
});

afterEach(async () => {
  for (const close of closing.reverse()) await close();
  closing = [];
  await place.remove();
});

async function nginx(wish: Parameters<typeof startNginx>[0] = {}): Promise<TestNginx> {
  const server = await startNginx(wish);
  closing.push(server.close);
  return server;
}

async function follow(url: string, options: Partial<UrlOptions> = {}) {
  const source = urlSource(url, { userAgent, ...options });
  const world = await startRollOut({ source, pair, folder: join(place.path, 'state') });
  const { rollOut }: { rollOut: RollOut } = world;
  closing.push(rollOut.close);
  return { ...world, last: () => world.tried.at(-1)?.outcome };
}

/** A server that answers as it likes. */
async function server(listener: RequestListener): Promise<string> {
  const running: Server = createServer(listener).listen(0, '127.0.0.1');
  await once(running, 'listening');
  closing.push(async () => {
    running.closeAllConnections();
    running.close();
    await once(running, 'close');
  });
  return `http://127.0.0.1:${(running.address() as AddressInfo).port}/b.tar.gz`;
}

async function codeOf(url: string, options: Partial<UrlOptions> = {}, known?: string): Promise<string> {
  try {
    await urlSource(url, { userAgent, ...options }).fetch(known, new AbortController().signal);
    return 'fetched';
  } catch (thrown) {
    if (thrown instanceof BundleRefusal) return thrown.code;
    throw thrown;
  }
}

describe('bundles from nginx', () => {
  it('are asked for by their ETag, and taken when there is another', async () => {
    const web = await nginx();
    await web.publish('b.tar.gz', bundle);
    const world = await follow(`${web.url}/b.tar.gz`);
    expect(world.ask().release).toBe('one');
    await eventually('it is told that nothing changed', async () =>
      (await web.log()).some((line) => /^304 \/b\.tar\.gz \S{10,}/.test(line)),
    );
    await web.publish('b.tar.gz', await release('two', pair, T + 1));
    await eventually('two is active', () => world.ask().release === 'two');
    const given = (await web.log()).filter((line) => line.startsWith('200'));
    expect(given).toHaveLength(2);
    expect(world.rollOut.status()).toMatchObject({ active: { from: 'url' }, source: `${web.url}/b.tar.gz` });
  });

  it('are not fetched again after they were refused', async () => {
    const web = await nginx();
    await web.publish('b.tar.gz', bundle);
    const world = await follow(`${web.url}/b.tar.gz`);
    await web.publish('b.tar.gz', await release('two', makePair(), T + 1));
    await eventually('it was refused', () => world.last() === 'signature_invalid');
    const before = (await web.log()).length;
    await eventually('it is asked again', async () => (await web.log()).length > before + 3);
    expect((await web.log()).slice(before).every((line) => line.startsWith('304'))).toBe(true);
    expect(world.ask().release).toBe('one');
  });

  it('may stay away: what answers goes on, and the next one is found', async () => {
    const web = await nginx();
    await web.publish('b.tar.gz', bundle);
    const world = await follow(`${web.url}/b.tar.gz`);
    await web.down();
    await eventually('it is missed', () => world.last() === 'source_unavailable');
    expect(world.ask().release).toBe('one');
    await web.publish('b.tar.gz', await release('two', pair, T + 1));
    await web.up();
    await eventually('two is active', () => world.ask().release === 'two');
  });

  it('come over TLS from a server whose certificate is trusted, and from no other', async () => {
    const authority = makeAuthority(place.path, 'ca');
    const web = await nginx({ tls: authority.issue('server', '/CN=localhost') });
    await web.publish('b.tar.gz', bundle);
    expect(await codeOf(`${web.url}/b.tar.gz`)).toBe('source_unavailable');
    expect(await codeOf(`${web.url}/b.tar.gz`, { ca: readFileSync(authority.caFile) })).toBe('fetched');
    const other = makeAuthority(place.path, 'other');
    expect(await codeOf(`${web.url}/b.tar.gz`, { ca: readFileSync(other.caFile) })).toBe('source_unavailable');
  });

  it.each([
    ['moved', 'return 302 /b.tar.gz;', 'source_redirects'],
    ['moved for good', 'return 301 https://elsewhere.test/;', 'source_redirects'],
    ['forbidden', 'return 403;', 'source_refuses'],
    ['busy', 'return 503;', 'source_unavailable'],
    ['in too much of a hurry', 'return 429;', 'source_unavailable'],
    ['empty', 'return 204;', 'source_answer'],
  ])('are missed where the address is %s', async (_, answer, code) => {
    const web = await nginx({ also: `location /there { ${answer} }` });
    await web.publish('b.tar.gz', bundle);
    expect(await codeOf(`${web.url}/there`)).toBe(code);
    expect(await codeOf(`${web.url}/nowhere`)).toBe('source_refuses');
  });

  it('are given to who shows the token, which is in no message', async () => {
    const web = await nginx({ also: 'if ($http_authorization != "Bearer s3cret-token") { return 401; }' });
    await web.publish('b.tar.gz', bundle);
    expect(await codeOf(`${web.url}/b.tar.gz`)).toBe('source_refuses');
    expect(await codeOf(`${web.url}/b.tar.gz`, { token: 's3cret-token' })).toBe('fetched');
    const denied = urlSource(`${web.url}/b.tar.gz?key=hidden`, { userAgent, token: 'other-token' });
    const said = await denied.fetch(undefined, new AbortController().signal).catch(String);
    expect(said).not.toMatch(/other-token|hidden/);
    expect(denied.name).not.toContain('hidden');
  });
});

describe('bundles from a server that means no good', () => {
  it('are read no further than a bundle may be long, whatever length was said', async () => {
    let sent = 0;
    const endless = await server((_, response) => {
      const more = () => {
        while (!response.destroyed) {
          sent += 65_536;
          if (!response.write(Buffer.alloc(65_536))) break;
        }
      };
      response.on('drain', more);
      more();
    });
    expect(await codeOf(endless)).toBe('too_large');
    expect(sent).toBeLessThan(64 * 1024 * 1024);
    const said = await server((_, response) => {
      response.writeHead(200, { 'content-length': String(17 * 1024 * 1024) });
      response.write('x');
    });
    expect(await codeOf(said)).toBe('too_large');
  });

  it('are given up when it falls silent, before or within its answer, or trickles', async () => {
    const silent = await server(() => {});
    expect(await codeOf(silent, { idleMs: 50 })).toBe('source_unavailable');
    const half = await server((_, response) => {
      response.writeHead(200, { 'content-length': '1000' });
      response.write('x');
    });
    expect(await codeOf(half, { idleMs: 50 })).toBe('source_unavailable');
    const trickle = await server((_, response) => {
      response.writeHead(200);
      const timer = setInterval(() => response.write('x'), 10);
      response.on('close', () => clearInterval(timer));
    });
    expect(await codeOf(trickle, { totalMs: 200 })).toBe('source_unavailable');
  });

  it('are given up when it hangs up half-way', async () => {
    const cut = await server((_, response) => {
      response.writeHead(200, { 'content-length': '1000' });
      response.write('x', () => response.destroy());
    });
    expect(await codeOf(cut)).toBe('source_unavailable');
  });

  it('are not unpacked on the way, nor believed unchanged before there was one', async () => {
    const bomb = await server((_, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip' });
      response.end(gzipSync(bundle));
    });
    expect(await codeOf(bomb)).toBe('source_answer');
    const unchanged = await server((_, response) => response.writeHead(304).end());
    expect(await codeOf(unchanged)).toBe('source_answer');
    const nothing = urlSource(unchanged, { userAgent }).fetch('"x"', new AbortController().signal);
    expect(await nothing).toBeUndefined();
  });

  it('are asked for as the bundle protocol has it', async () => {
    let asked: unknown;
    const url = await server((request, response) => {
      asked = request.headers;
      response.writeHead(200, { etag: 'W/"7"' }).end(bundle);
    });
    const source = urlSource(url, { userAgent, token: 't' });
    expect(await source.fetch('"x"', new AbortController().signal)).toEqual({
      packed: Buffer.from(bundle),
      tag: 'W/"7"',
    });
    expect(asked).toMatchObject({
      'if-none-match': '"x"',
      prefer: 'modes=snapshot',
      'accept-encoding': 'identity',
      authorization: 'Bearer t',
      'user-agent': 'machtig test',
    });
  });
});
