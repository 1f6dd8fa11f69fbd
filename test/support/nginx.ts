import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rename, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from './eventually.ts';
import { freePort } from './free-port.ts';

/** Debian puts it where only root looks. */
const NGINX = existsSync('/usr/sbin/nginx') ? '/usr/sbin/nginx' : 'nginx';

/** A web server of our own that serves one folder, over TLS when given a certificate. */
export interface TestNginx {
  url: string;
  /** Puts a file in its place, whole, as a release does. */
  publish(name: string, bytes: Uint8Array): Promise<void>;
  /** One line a request: `<status> <path> <If-None-Match>`. */
  log(): Promise<string[]>;
  down(): Promise<void>;
  up(): Promise<void>;
  close(): Promise<void>;
}

export interface NginxWish {
  tls?: { certFile: string; keyFile: string };
  /** More lines of its `server` block. */
  also?: string;
}

export async function startNginx({ tls, also = '' }: NginxWish = {}): Promise<TestNginx> {
  const folder = await mkdtemp(join(tmpdir(), 'machtig-nginx-'));
  await mkdir(join(folder, 'www'));
  const port = await freePort();
  await writeFile(join(folder, 'nginx.conf'), configuration(folder, port, tls, also));
  let stop = await run(folder, port);
  let published = 1_700_000_000;
  const server: TestNginx = {
    url: `${tls ? 'https' : 'http'}://localhost:${port}`,
    async publish(name, bytes) {
      await writeFile(join(folder, 'next'), bytes);
      // Its ETag is the second and the size, which two releases of a test may have in common.
      published += 1;
      await utimes(join(folder, 'next'), published, published);
      await rename(join(folder, 'next'), join(folder, 'www', name));
    },
    async log() {
      return (await readFile(join(folder, 'access.log'), 'utf8')).split('\n').filter((line) => line !== '');
    },
    down: () => stop(),
    async up() {
      stop = await run(folder, port);
    },
    async close() {
      await stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
  return server;
}

function configuration(folder: string, port: number, tls: NginxWish['tls'], also: string): string {
  const secured = tls ? `ssl_certificate ${tls.certFile}; ssl_certificate_key ${tls.keyFile};` : '';
  return `daemon off; worker_processes 1; pid ${folder}/pid; error_log ${folder}/error.log;
${process.getuid?.() === 0 ? 'user root;' : ''}
events { worker_connections 64; }
http {
  log_format asked '$status $uri $http_if_none_match';
  access_log ${folder}/access.log asked;
  ${['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path ${folder}/${name};`).join(' ')}
  types { application/gzip gz; }
  server {
    listen 127.0.0.1:${port}${tls ? ' ssl' : ''};
    root ${folder}/www;
    ${secured}
    ${also}
  }
}
`;
}

async function run(folder: string, port: number): Promise<() => Promise<void>> {
  const child = spawn(NGINX, ['-e', join(folder, 'error.log'), '-p', folder, '-c', join(folder, 'nginx.conf')], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  let failed: Error | undefined;
  child.on('error', (error) => {
    failed = error;
  });
  const end = () => child.kill();
  process.once('exit', end);
  const listens = () => execFileSync('bash', ['-c', `exec 3<>/dev/tcp/127.0.0.1/${port}`], { stdio: 'ignore' });
  await eventually('nginx listens', () => {
    if (failed) throw failed;
    if (child.exitCode !== null) throw new Error(`nginx ended with ${child.exitCode}`);
    listens();
    return true;
  });
  return async () => {
    process.off('exit', end);
    if (child.exitCode === null && child.kill()) await once(child, 'exit');
  };
}
