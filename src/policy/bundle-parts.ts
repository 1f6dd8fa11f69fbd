import { z } from 'zod';
import type { RuleNote } from '../domain/explanation.ts';
import { BundleRefusal } from './bundle-refusal.ts';

/** Contents by path, without a leading slash. */
export type BundleFiles = ReadonlyMap<string, Uint8Array>;

/** A tree of JSON takes some fifty times as much memory as its text may. */
const MAX_JSON = 16 * 1024 * 1024;

export const RULES = 'rules.json';
export const SELF_TEST = 'self_test.json';

/** A question and what the bundle itself says must be answered to it: `self_test.json` is a list of them. */
export interface SelfTestCase {
  title: string;
  /** As the entrypoint reads it: of mandates, as `writeInput` makes it. */
  input: Record<string, unknown>;
  /** The fields of the answer that matter. */
  expect: Record<string, unknown>;
  /** `authz/decision` when absent. */
  entrypoint?: string;
}

const SelfTest = z.array(
  z.strictObject({
    title: z.string().min(1),
    input: z.record(z.string(), z.unknown()),
    expect: z.record(z.string(), z.unknown()).refine((expect) => Object.keys(expect).length > 0, 'expects nothing'),
    entrypoint: z.string().exactOptional(),
  }),
);

const Rules = z.record(
  z.string(),
  z.strictObject({
    title: z.string(),
    description: z.string(),
    requirements: z.array(z.string()),
    links: z.array(z.strictObject({ ref: z.string(), description: z.string().exactOptional() })),
    file: z.string(),
    reasons: z.record(z.string(), z.string()),
  }),
);

const Manifest = z.object({
  revision: z.string(),
  roots: z.array(z.string()).optional(),
  wasm: z.array(z.object({ entrypoint: z.string(), module: z.string() })),
  metadata: z.object({ input: z.enum(['mandates', 'authzen']) }),
});

export type Manifest = z.infer<typeof Manifest>;

/** @throws BundleRefusal, as all that read a part. */
export function readManifest(files: BundleFiles): Manifest {
  return readPart(files, '.manifest', 'its manifest', Manifest);
}

/** What its rules say of themselves; nothing when the bundle does not say. */
export function readRules(files: BundleFiles): Record<string, RuleNote> {
  return files.has(RULES) ? readPart(files, RULES, `its ${RULES}`, Rules) : {};
}

/** What it demands of itself; nothing when the bundle does not say. */
export function readSelfTest(files: BundleFiles): SelfTestCase[] {
  return files.has(SELF_TEST) ? readPart(files, SELF_TEST, `its ${SELF_TEST}`, SelfTest) : [];
}

export function readData(files: BundleFiles): object {
  const elsewhere = [...files.keys()].find((path) => /\/data\.(json|yaml)$|^data\.yaml$/.test(path));
  if (elsewhere)
    throw new BundleRefusal(
      'part_malformed',
      `it holds ${elsewhere}: build it with opa build, which makes one data.json`,
    );
  const data = files.has('data.json') ? readJson(files, 'data.json') : {};
  if (typeof data !== 'object' || data === null || Array.isArray(data))
    throw new BundleRefusal('part_malformed', 'its data.json is no object');
  return data;
}

export function requiredFile(files: BundleFiles, path: string): Uint8Array {
  const file = files.get(path);
  if (!file) throw new BundleRefusal('part_malformed', `it holds no ${path}`);
  return file;
}

function readPart<T>(files: BundleFiles, path: string, called: string, schema: z.ZodType<T>): T {
  const parsed = schema.safeParse(readJson(files, path));
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.slice(0, 5).map((issue) => `${issue.path.join('.')}: ${issue.message}`);
  throw new BundleRefusal('part_malformed', `${called} is malformed: ${faults.join('; ')}`);
}

function readJson(files: BundleFiles, path: string): unknown {
  const bytes = requiredFile(files, path);
  if (bytes.length > MAX_JSON) {
    throw new BundleRefusal('part_malformed', `its ${path} is larger than ${MAX_JSON} bytes`);
  }
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (thrown) {
    throw new BundleRefusal('part_malformed', `its ${path} is no JSON`, { cause: thrown });
  }
}
