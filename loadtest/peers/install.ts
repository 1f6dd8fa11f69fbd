/**
 * `npx tsx loadtest/peers/install.ts [opa cerbos cedar openfga spicedb]`: gets the engines of the benchmark in the versions
 * below, into `.tools/peers` (or MACHTIG_PEERS), from npm and from source with Go. What is there already stays.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PEERS } from './all.ts';
import { PEERS_FOLDER } from './process.ts';

interface Source {
  engine: (typeof PEERS)[number]['engine'];
  /** How long it takes where nothing is at hand. */
  about: string;
  install(): void;
}

const BIN = join(PEERS_FOLDER, 'bin');

const SOURCES: Record<string, Source> = {
  cerbos: {
    engine: 'Cerbos',
    about: 'half a minute, 100 MB',
    install: () => fromNpm('@cerbos/cerbos-linux-x64@0.55.0'),
  },
  cedar: { engine: 'Cedar', about: 'some seconds', install: () => fromNpm('@cedar-policy/cedar-wasm@4.13.0') },
  opa: {
    engine: 'OPA',
    about: 'some minutes',
    install: () => fromGo('opa', 'github.com/open-policy-agent/opa', 'v1.20.2'),
  },
  openfga: {
    engine: 'OpenFGA',
    about: 'some minutes',
    install: () => fromGo('openfga', 'github.com/openfga/openfga/cmd/openfga', 'v1.18.1'),
  },
  spicedb: {
    engine: 'SpiceDB',
    about: 'up to ten minutes',
    install: () => fromGo('spicedb', 'github.com/authzed/spicedb/cmd/spicedb', 'v1.56.0'),
  },
};

function fromNpm(name: string): void {
  const manifest = join(PEERS_FOLDER, 'package.json');
  if (!existsSync(manifest)) writeFileSync(manifest, '{"private": true}\n');
  execFileSync('npm', ['install', '--prefix', PEERS_FOLDER, '--save-exact', '--ignore-scripts', name], {
    stdio: 'inherit',
  });
}

/** By a module of its own, for programs whose modules replace others cannot be installed directly. */
function fromGo(name: string, path: string, version: string): void {
  const cwd = join(PEERS_FOLDER, 'build', name);
  mkdirSync(cwd, { recursive: true });
  const go = (...args: string[]) => execFileSync('go', args, { cwd, stdio: 'inherit' });
  if (!existsSync(join(cwd, 'go.mod'))) go('mod', 'init', `peers/${name}`);
  go('get', `${path}@${version}`);
  go('build', '-v', '-trimpath', '-o', join(BIN, name), path);
}

function versionOf(engine: Source['engine']): string | undefined {
  const found = PEERS.find((peer) => peer.engine === engine)?.available();
  return found && 'version' in found ? found.version : undefined;
}

function ensure(name: string, step: string): void {
  const source = SOURCES[name];
  if (source === undefined) throw new Error(`unknown engine ${name}: choose from ${Object.keys(SOURCES).join(', ')}`);
  const known = versionOf(source.engine);
  if (known !== undefined) return console.log(`${step} ${source.engine} ${known} is there`);
  console.log(`${step} ${source.engine}: this takes ${source.about} …`);
  const began = performance.now();
  source.install();
  const seconds = Math.round((performance.now() - began) / 1000);
  const version = versionOf(source.engine);
  if (version === undefined) throw new Error(`${source.engine} was installed and cannot be found`);
  console.log(`${step} ${source.engine} ${version}: ${seconds} s`);
}

const asked = process.argv.slice(2);
const names = asked.length === 0 ? Object.keys(SOURCES) : asked;
try {
  mkdirSync(BIN, { recursive: true });
  for (const [index, name] of names.entries()) ensure(name, `[${index + 1}/${names.length}]`);
} catch (thrown) {
  console.error(thrown instanceof Error ? thrown.message : thrown);
  process.exitCode = 1;
}
