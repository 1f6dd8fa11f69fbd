import { readFile, stat } from 'node:fs/promises';
import { promisify } from 'node:util';
import { gunzip, gunzipSync } from 'node:zlib';
import { ACTS } from '../domain/administration.ts';
import { toError } from '../domain/errors.ts';
import type { RuleNote } from '../domain/explanation.ts';
import { readAdminVerdict } from './admin-result.ts';
import {
  type BundleFiles,
  readData,
  readManifest,
  readRules,
  readSelfTest,
  requiredFile,
  type SelfTestCase,
} from './bundle-parts.ts';
import { BundleRefusal, type RefusalCode } from './bundle-refusal.ts';
import type { PolicyInput } from './input.ts';
import { load, makeStockInstance, neededBuiltins } from './instance.ts';
import { onlyResult, readVerdict } from './result.ts';
import { revisionOf } from './revision.ts';
import { readTar } from './tar.ts';
import { hasOwnMemory } from './wasm-memory.ts';

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
/** As it travels. */
export const MAX_PACKED = 16 * 1024 * 1024;
const MAX_UNPACKED = 64 * 1024 * 1024;
const LIMIT = { maxOutputLength: MAX_UNPACKED };

/** Built-ins that the SDK answers in JavaScript; whatever else wasm does not do itself would throw when reached. */
const SUPPLIED = new Set([
  'sprintf',
  'yaml.is_valid',
  'yaml.marshal',
  'yaml.unmarshal',
  'regex.split',
  'json.is_valid',
]);

/**
 * A bundle that is trusted as it lies there: the one that comes with the program, or one under work.
 * @throws Error with a sentence naming the file and what is wrong with it: start-up must fail.
 */
export async function readBundle(path: string): Promise<Bundle> {
  try {
    const { size } = await stat(path);
    if (size > MAX_PACKED) throw tooLarge();
    return parseBundle(await readFile(path));
  } catch (thrown) {
    throw new Error(`cannot use the policy bundle ${path}: ${toError(thrown).message}`, { cause: thrown });
  }
}

/** The same of bytes. @throws BundleRefusal */
export function parseBundle(packed: Uint8Array): Bundle {
  const files = unpackWith(() => gunzipSync(packed, LIMIT));
  const { wasm, ...core } = readCore(files);
  const module = attempt('module_invalid', () => new WebAssembly.Module(new Uint8Array(wasm)));
  const bundle: Bundle = { ...core, module, rules: readRules(files), selfTest: readSelfTest(files) };
  for (const _ of assertSound(bundle));
  return bundle;
}

/** Contents by path, without believing anything in them. @throws BundleRefusal */
export async function unpackBundle(packed: Uint8Array): Promise<BundleFiles> {
  if (packed.length > MAX_PACKED) throw tooLarge();
  const outcome = await promisify<Uint8Array, typeof LIMIT, Buffer>(gunzip)(packed, LIMIT).catch(toError);
  return unpackWith(() => {
    if (outcome instanceof Error) throw outcome;
    return outcome;
  });
}

/**
 * Instantiates nothing before all parts are read; compiles beside the event loop, which gets its turn between the steps.
 * @throws BundleRefusal
 */
export async function compileBundle(files: BundleFiles, breathe: () => Promise<void>): Promise<Bundle> {
  const { wasm, ...core } = readCore(files);
  await breathe();
  const rules = readRules(files);
  await breathe();
  const selfTest = readSelfTest(files);
  const module = await WebAssembly.compile(new Uint8Array(wasm)).catch((thrown) => {
    throw new BundleRefusal('module_invalid', toError(thrown).message, { cause: thrown });
  });
  const bundle: Bundle = { ...core, module, rules, selfTest };
  for (const _ of assertSound(bundle)) await breathe();
  return bundle;
}

export function tooLarge(): BundleRefusal {
  return new BundleRefusal('too_large', `it is larger than ${MAX_PACKED} bytes`);
}

/** The limit holds while unpacking: a small archive cannot fill the memory. */
function unpackWith(unzip: () => Uint8Array): Map<string, Uint8Array> {
  let archive: Uint8Array;
  try {
    archive = unzip();
  } catch (thrown) {
    const error = toError(thrown);
    const bomb = 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE';
    throw bomb
      ? new BundleRefusal('unpacks_too_large', `it unpacks to more than ${MAX_UNPACKED} bytes: larger than it may be`)
      : new BundleRefusal('damaged', `it cannot be unpacked: ${error.message}`, { cause: thrown });
  }
  return readTar(archive);
}

type Core = Omit<Bundle, 'module' | 'rules' | 'selfTest'> & { wasm: Uint8Array };

function readCore(files: BundleFiles): Core {
  const manifest = readManifest(files);
  const revision = revisionOf(files);
  if (manifest.revision !== revision) {
    const message = `its manifest says revision ${manifest.revision}, its contents are ${revision}`;
    throw new BundleRefusal('revision_wrong', message);
  }
  const entry = manifest.wasm.find(({ entrypoint }) => entrypoint === ENTRYPOINT);
  if (!entry) throw new BundleRefusal('entrypoint_missing', `it has no entrypoint ${ENTRYPOINT}`);
  if (manifest.wasm.some(({ module }) => module !== entry.module)) {
    throw new BundleRefusal('part_malformed', 'it has more than one module');
  }
  const wasm = requiredFile(files, entry.module.replace(/^\//, ''));
  if (hasOwnMemory(wasm)) throw new BundleRefusal('module_invalid', 'its module brings a memory of its own');
  return {
    wasm,
    data: readData(files),
    input: manifest.metadata.input,
    entrypoint: ENTRYPOINT,
    others: manifest.wasm.map(({ entrypoint }) => entrypoint).filter((name) => name !== ENTRYPOINT),
    revision,
  };
}

/** Step by step, so that others may have their turn. @throws BundleRefusal */
function* assertSound(bundle: Bundle): Generator<undefined, void> {
  assertCallable(bundle);
  yield;
  if (bundle.input === 'mandates') assertDeniesNobody(bundle);
  yield;
  if (bundle.others.includes(ADMIN_ENTRYPOINT)) assertLetsNobodyManage(bundle);
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
  const set = attempt('answer_malformed', () =>
    makeStockInstance(module, data, entrypoint).evaluate(JSON.stringify(nobody)),
  );
  const verdict = readVerdict(onlyResult(set)?.value);
  if (typeof verdict === 'string') throw malformed(`it does not answer as it should: ${verdict}`);
  if (verdict.allow) throw new BundleRefusal('allows_nobody', 'it allows nobody everything');
}

/** Nobody may do anything to the register, whatever it is called. */
function assertLetsNobodyManage({ module, data }: Bundle): void {
  const instance = attempt('answer_malformed', () => makeStockInstance(module, data, ADMIN_ENTRYPOINT));
  for (const name of [...ACTS, '']) {
    const set = attempt('answer_malformed', () =>
      instance.evaluate(JSON.stringify({ now: 0, act: { name }, manage_service: '' })),
    );
    const verdict = readAdminVerdict(onlyResult(set)?.value);
    if (typeof verdict === 'string')
      throw malformed(`its ${ADMIN_ENTRYPOINT} does not answer as it should: ${verdict}`);
    if (verdict.allow) throw new BundleRefusal('allows_nobody', `its ${ADMIN_ENTRYPOINT} lets nobody do ${name}`);
  }
}

function malformed(message: string): BundleRefusal {
  return new BundleRefusal('answer_malformed', message);
}

/** The SDK throws bare strings and objects. */
function attempt<T>(code: RefusalCode, call: () => T): T {
  try {
    return call();
  } catch (thrown) {
    throw new BundleRefusal(code, toError(thrown).message, { cause: thrown });
  }
}

function assertCallable({ module, data, others }: Bundle): void {
  const policy = attempt('module_invalid', () => load(module, data));
  const absent = [ENTRYPOINT, ...others].find((name) => !Object.hasOwn(policy.entrypoints, name));
  if (absent !== undefined) {
    throw new BundleRefusal('entrypoint_missing', `its module has no entrypoint ${absent}`);
  }
  const unknown = neededBuiltins(policy).filter((name) => !SUPPLIED.has(name));
  if (unknown.length > 0) {
    throw new BundleRefusal('builtin_missing', `it needs built-ins that are not there: ${unknown.join(', ')}`);
  }
}
