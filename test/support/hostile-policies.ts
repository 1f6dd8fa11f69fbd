import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RefusalCode } from '../../src/policy/bundle-refusal.ts';
import { packBundle } from '../../src/policy/pack.ts';
import * as modules from './hostile-module.ts';
import type { Attack, Loot } from './hostile-signatures.ts';
import { fixtureBundle } from './policy-fixtures.ts';
import { type ReleaseWish, releaseFiles } from './releases.ts';
import { type Held, jsonBytes, revised, signed, signedBundle, unpacked } from './signing.ts';

/** What `opa build` makes of one module. */
function compiled(opa: string, rego: string, input = 'authzen', data: object = {}): Held {
  const folder = mkdtempSync(join(tmpdir(), 'hostile-policy-'));
  try {
    writeFileSync(join(folder, 'a.rego'), rego);
    writeFileSync(join(folder, 'data.json'), JSON.stringify(data));
    const roots = ['authz', ...Object.keys(data)];
    writeFileSync(join(folder, '.manifest'), JSON.stringify({ roots, metadata: { input } }));
    const wanted = ['-t', 'wasm', '-e', 'authz/decision', '-o', 'out.tar.gz', '-r', 'unknown'];
    execFileSync(opa, ['build', ...wanted, '-b', '.'], { cwd: folder });
    return unpacked(join(folder, 'out.tar.gz'));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** A case without which nobody would ask a bare policy before it answers. */
const asked = (files: Held): Held =>
  revised(files, (held) =>
    held.set('self_test.json', jsonBytes([{ title: 'x', input: {}, expect: { decision: true } }])),
  );

/** Nothing of it takes memory, of which there is little. */
const ENDLESS = `package authz

default decision := {"decision": false}

decision := {"decision": true} if {
	some a in data.list
	some b in data.list
	some c in data.list
	c == "x"
	a == b
}
`;
const LIST = { list: Array.from({ length: 5000 }, (_, index) => `s${index}`) };
const GREEDY = 'package authz\n\ndecision := {"decision": count(numbers.range(1, 100000000)) > 0}\n';
const BARE = 'package authz\n\ndecision := {"decision": true}\n';
const GENEROUS = `package authz

decision := {"allow": true, "basis": "self", "mandates": [], "branch_verified": true, "reasons": []}
`;

function renamed(files: Held): Held {
  const own = JSON.parse(new TextDecoder().decode(files.get('.manifest')));
  return new Map([...files, ['.manifest', jsonBytes({ ...own, revision: 'f'.repeat(32) })]]);
}

/** Policies that the right key signed, by mistake or under duress, and that must not answer all the same. */
export function policyAttacks({ pair, issuedAt }: Loot, opa: string): Attack[] {
  const later = issuedAt + 1;
  const released = (title: string, code: RefusalCode, wish: ReleaseWish): Attack => ({
    title,
    code,
    make: async () => packBundle(await signed(releaseFiles('next', wish), pair, later)),
  });
  const module = (title: string, code: RefusalCode, wasm: Uint8Array) =>
    released(title, code, { more: { 'policy.wasm': wasm } });
  const manifest = (title: string, code: RefusalCode, change: (own: Record<string, unknown>) => object): Attack => ({
    title,
    code,
    make: () =>
      signedBundle(
        revised(releaseFiles('next'), (held) => {
          const own = JSON.parse(new TextDecoder().decode(held.get('.manifest')));
          held.set('.manifest', jsonBytes({ ...own, ...change(own) }));
        }),
        pair,
        later,
      ),
  });
  const own = (expect: object, input: object = {}) => [{ title: 'its own', input, expect }];
  const committed = join(import.meta.dirname, '../../bundles/mandates.tar.gz');
  return [
    released('its own case fails', 'self_test_failed', { selfTest: own({ decision: false }) }),
    released('its own case asks what is not there', 'self_test_failed', {
      selfTest: [{ title: 'x', input: {}, expect: { decision: true }, entrypoint: 'nowhere' }],
    }),
    released('a case that expects nothing', 'part_malformed', { selfTest: own({}) }),
    released('cases that are none', 'part_malformed', { more: { 'self_test.json': jsonBytes({ a: 1 }) } }),
    released('rules described by no object', 'part_malformed', { more: { 'rules.json': Buffer.from('[1') } }),
    released('data that are a list', 'part_malformed', { more: { 'data.json': jsonBytes([]) } }),
    released('a second data file, in a folder', 'part_malformed', { more: { 'a/data.json': jsonBytes({}) } }),
    {
      title: 'another revision than its contents make',
      code: 'revision_wrong',
      make: () => signedBundle(renamed(releaseFiles('next')), pair, later),
    },
    manifest('no entrypoint', 'entrypoint_missing', () => ({ wasm: [] })),
    manifest('an entrypoint that its module lacks', 'entrypoint_missing', ({ wasm }) => ({
      wasm: [...[wasm].flat(), { entrypoint: 'toString', module: '/policy.wasm' }],
    })),
    manifest('a module that is not there', 'part_malformed', () => ({
      wasm: [{ entrypoint: 'authz/decision', module: '/../policy.wasm' }],
    })),
    module('a module that is none', 'module_invalid', Buffer.from('no module')),
    module('a module that is no policy', 'module_invalid', modules.idle),
    module('a module that traps as soon as it begins', 'module_invalid', modules.trapping),
    module('a module that calls itself for ever', 'module_invalid', modules.recursing),
    module('a module that fills 4 GiB as soon as it begins', 'module_invalid', modules.greedy),
    module('a module with ten million places in a table', 'module_invalid', modules.tabled),
    module('a module that never ends to begin', 'too_costly', modules.endless),
    {
      title: 'rules that look for an answer for days',
      code: 'too_costly',
      make: () => signedBundle(asked(compiled(opa, ENDLESS, 'authzen', LIST)), pair, later),
    },
    {
      title: 'rules that take all memory',
      code: 'self_test_failed',
      make: () => signedBundle(asked(compiled(opa, GREEDY)), pair, later),
    },
    {
      title: 'a built-in function that is not there',
      code: 'builtin_missing',
      make: () => signedBundle(unpacked(fixtureBundle('clock')), pair, later),
    },
    {
      title: 'rules that read mandates, where bare requests are asked',
      code: 'other_input',
      make: () => signedBundle(unpacked(fixtureBundle('mini')), pair, later),
    },
    {
      title: 'rules that answer mandates as bare requests are answered',
      code: 'answer_malformed',
      make: () =>
        signedBundle(
          revised(compiled(opa, BARE, 'mandates'), () => {}),
          pair,
          later,
        ),
    },
    {
      title: 'everybody is allowed everything',
      code: 'allows_nobody',
      make: () =>
        signedBundle(
          revised(compiled(opa, GENEROUS, 'mandates'), () => {}),
          pair,
          later,
        ),
    },
    {
      title: 'our own rules, with a level of login lowered in their data',
      code: 'self_test_failed',
      make: () =>
        signedBundle(
          revised(unpacked(committed), (held) => {
            const data = JSON.parse(new TextDecoder().decode(held.get('data.json')));
            data.tables.levels.eh2 = 'eh4';
            held.set('data.json', jsonBytes(data));
          }),
          pair,
          later,
        ),
    },
  ];
}
