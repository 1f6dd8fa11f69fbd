import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '../../test/support/free-port.ts';
import type { Peer, PeerOptions, RunningPeer } from './peer.ts';
import { answers, findProgram, startServer, versionOf } from './process.ts';
import { askOf, candidatesOf, celHolds } from './wire.ts';

/** Cerbos keeps no data: the mandates travel as attributes of the resource. */
export const CERBOS: readonly Peer[] = [
  {
    name: 'Cerbos, data travels',
    engine: 'Cerbos',
    dataClass: 'data travels',
    store: 'request',
    setting: 'policies from disk without watching them, audit log off (its default), telemetry off',
    available() {
      const program = findCerbos();
      const version = program && versionOf(program, ['--version'], /^(\d\S*)/m);
      return version ? { version } : { missing: 'Cerbos is not installed: npx tsx loadtest/peers/install.ts cerbos' };
    },
    start,
  },
];

const findCerbos = () =>
  findProgram('cerbos') ??
  findProgram(join('..', 'node_modules/@cerbos/cerbos-linux-x64/cerbos-linux-x64')) ??
  undefined;

async function start({ register, folder, lifecycle, cpu }: PeerOptions): Promise<RunningPeer> {
  const [port, grpcPort] = [await freePort(), await freePort()];
  const policies = join(folder, 'cerbos');
  mkdirSync(policies, { recursive: true });
  writeFileSync(join(policies, 'power.json'), JSON.stringify(policy()));
  const settings = [
    `server.httpListenAddr=127.0.0.1:${port}`,
    `server.grpcListenAddr=127.0.0.1:${grpcPort}`,
    'storage.driver=disk',
    `storage.disk.directory=${policies}`,
    'storage.disk.watchForChanges=false',
    'telemetry.disabled=true',
  ];
  const config = join(folder, 'cerbos.yaml');
  writeFileSync(config, '{}\n');
  const server = await startServer('Cerbos', lifecycle, {
    program: findCerbos() ?? 'cerbos',
    args: ['server', `--config=${config}`, '--log-level=error', ...settings.map((setting) => `--set=${setting}`)],
    ...(cpu !== undefined && { cpu }),
    ready: () => answers(`http://127.0.0.1:${port}/_cerbos/health`),
  });
  return {
    port,
    path: '/api/check/resources',
    headers: { 'content-type': 'application/json' },
    body: (question) =>
      JSON.stringify({
        principal: { id: question.actor, roles: ['actor'] },
        resources: [
          {
            actions: ['use'],
            resource: {
              kind: 'power',
              id: question.represented,
              attr: { ...askOf(register, question), ...candidatesOf(register, question) },
            },
          },
        ],
      }),
    allowed: '"EFFECT_ALLOW"',
    denied: '"EFFECT_DENY"',
    pids: () => [server.pid],
    storePids: () => [],
    coldStartMs: server.startedMs,
    loadMs: 0,
    loaded: 0,
  };
}

/** The shared rules as Cerbos writes them. */
function policy(): object {
  const holds = (mandate: string) =>
    `${mandate}.status == "active" && ${celHolds(mandate, (name) => `R.attr.${name}`)}`;
  const direct = `R.attr.direct.exists(m, ${holds('m')})`;
  const links = `c.first.exists(m, ${holds('m')}) && c.second.exists(m, ${holds('m')})`;
  const chains = `R.attr.accepts_chains && R.attr.chains.exists(c, ${links})`;
  return {
    apiVersion: 'api.cerbos.dev/v1',
    resourcePolicy: {
      version: 'default',
      resource: 'power',
      rules: [
        {
          actions: ['use'],
          effect: 'EFFECT_ALLOW',
          roles: ['actor'],
          condition: {
            match: {
              all: {
                of: [
                  { expr: 'R.attr.level >= R.attr.required' },
                  { any: { of: [{ expr: direct }, { expr: chains }] } },
                ],
              },
            },
          },
        },
      ],
    },
  };
}
