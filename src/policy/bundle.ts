import { readFile, stat } from 'node:fs/promises';
import { gunzipSync } from 'node:zlib';
import { ACTS } from '../domain/administration.ts';
import { toError } from '../domain/errors.ts';
import type { RuleNote } from '../domain/explanation.ts';
import { readAdminVerdict } from './admin-result.ts';
import { readData, readManifest, readRules, readSelfTest, requiredFile, type SelfTestCase } from './bundle-parts.ts';
import type { PolicyInput } from './input.ts';
import { load, makeStockInstance, neededBuiltins } from './instance.ts';
import { onlyResult, readVerdict } from './result.ts';
import { revisionOf } from './revision.ts';
import { readTar } from './tar.ts';

/** What a bundle's entrypoint reads: mandates found by key, or the bare AuthZEN request. */
export type BundleInput = 'mandates' | 'authzen';

/** A policy, checked and compiled; instances are made of it. */
export interface Bundle {
  module: WebAssembly.Module;
  data: object;
  input: BundleInput;
  /** The decision. */
  entrypoint: string;
  /** What else can be asked of it, by name: `admin/decision`, or nothing. */
  others: readonly string[];
  /** Content hash of the bundle. */
  revision: string;
  /** What each rule says of itself, by `package.rule`; none when the bundle does not say. */
  rules: Record<string, RuleNote>;
  /** Answers that the bundle demands of itself. */
  selfTest: readonly SelfTestCase[];
}

const ENTRYPOINT = 'authz/decision';
/** Who may manage; a policy that only decides has none. */
export const ADMIN_ENTRYPOINT = 'admin/decision';
const MAX_PACKED = 16 * 1024 * 1024;
const MAX_UNPACKED = 64 * 1024 * 1024;

/** Built-ins that the SDK answers in JavaScript; whatever else wasm does not do itself would throw when reached. */
const SUPPLIED = new Set([
  'sprintf',
  'yaml.is_valid',
  'yaml.marshal',
  'yaml.unmarshal',
  'regex.split',
  'json.is_valid',
]);

/** @throws Error with a sentence naming the file and what is wrong with it: start-up must fail. */
export async function readBundle(path: string): Promise<Bundle> {
  try {
    const { size } = await stat(path);
    if (size > MAX_PACKED) throw new Error(`it is larger than ${MAX_PACKED} bytes`);
    return parseBundle(await readFile(path));
  } catch (thrown) {
    throw new Error(`cannot use the policy bundle ${path}: ${toError(thrown).message}`, { cause: thrown });
  }
}

/** @throws Error with a sentence saying what is wrong. */
export function parseBundle(packed: Uint8Array): Bundle {
  // The limit holds while unpacking: a small archive cannot fill the memory.
  const files = readTar(gunzipSync(packed, { maxOutputLength: MAX_UNPACKED }));
  // Signatures (.signatures.json) are to be checked here, over `files`, before anything in them is believed.
  const manifest = readManifest(files);
  const revision = revisionOf(files);
  if (manifest.revision !== revision) {
    throw new Error(`its manifest says revision ${manifest.revision}, its contents are ${revision}`);
  }
  const { input } = manifest.metadata;
  const entry = manifest.wasm.find(({ entrypoint }) => entrypoint === ENTRYPOINT);
  if (!entry) throw new Error(`it has no entrypoint ${ENTRYPOINT}`);
  const data = readData(files);
  const others = manifest.wasm.map(({ entrypoint }) => entrypoint).filter((name) => name !== ENTRYPOINT);
  if (manifest.wasm.some(({ module }) => module !== entry.module)) throw new Error('it has more than one module');
  const module = compile(requiredFile(files, entry.module.replace(/^\//, '')), data, others);
  const notes = { rules: readRules(files), selfTest: readSelfTest(files) };
  const bundle: Bundle = { module, data, input, entrypoint: ENTRYPOINT, others, revision, ...notes };
  if (bundle.input === 'mandates') assertDeniesNobody(bundle);
  if (others.includes(ADMIN_ENTRYPOINT)) assertLetsNobodyManage(bundle);
  return bundle;
}

/** Nobody asking for nothing must be denied, in full form: whatever allows that has no business here. */
function assertDeniesNobody({ module, data, entrypoint }: Bundle): void {
  const nobody: PolicyInput = {
    now: 0,
    request: {},
    actor: {},
    represented: {},
    together: [],
    service_missing: 'unknown',
    services: [],
    via_needed: false,
  };
  const set = attempt(() => makeStockInstance(module, data, entrypoint).evaluate(JSON.stringify(nobody)));
  const verdict = readVerdict(onlyResult(set)?.value);
  if (typeof verdict === 'string') throw new Error(`it does not answer as it should: ${verdict}`);
  if (verdict.allow) throw new Error('it allows nobody everything');
}

/** Nobody may do anything to the register, whatever it is called. */
function assertLetsNobodyManage({ module, data }: Bundle): void {
  const instance = attempt(() => makeStockInstance(module, data, ADMIN_ENTRYPOINT));
  for (const name of [...ACTS, '']) {
    const set = attempt(() => instance.evaluate(JSON.stringify({ now: 0, act: { name }, manage_service: '' })));
    const verdict = readAdminVerdict(onlyResult(set)?.value);
    if (typeof verdict === 'string')
      throw new Error(`its ${ADMIN_ENTRYPOINT} does not answer as it should: ${verdict}`);
    if (verdict.allow) throw new Error(`its ${ADMIN_ENTRYPOINT} lets nobody do ${name}`);
  }
}

/** The SDK throws bare strings and objects. */
function attempt<T>(call: () => T): T {
  try {
    return call();
  } catch (thrown) {
    throw toError(thrown);
  }
}

function compile(wasm: Uint8Array, data: object, others: readonly string[]): WebAssembly.Module {
  const module = new WebAssembly.Module(new Uint8Array(wasm));
  const policy = attempt(() => load(module, data));
  const absent = [ENTRYPOINT, ...others].find((name) => !Object.hasOwn(policy.entrypoints, name));
  if (absent !== undefined) throw new Error(`its module has no entrypoint ${absent}`);
  const unknown = neededBuiltins(policy).filter((name) => !SUPPLIED.has(name));
  if (unknown.length > 0) throw new Error(`it needs built-ins that are not there: ${unknown.join(', ')}`);
  return module;
}
