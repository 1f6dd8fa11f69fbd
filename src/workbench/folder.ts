import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { parse } from 'yaml';
import { prettifyError, z } from 'zod';
import type { BundleInput } from '../policy/bundle.ts';
import { ROOT } from './tools.ts';

/** `policy.yaml` of a folder of rules; each path is relative to the folder. */
export const PolicyFile = z.strictObject({
  /** A folder of cases (`*.yaml`): questions, and what must be answered. */
  cases: z.string().optional(),
  /** Cases about managing: their folder, and the ServiceID of the service by which the register is managed. */
  acts: z.strictObject({ cases: z.string(), manage: z.string() }).optional(),
  /** Register files, on which cases about mandates are asked. */
  register: z.array(z.string()).default([]),
  /** The bundle as it was last committed: answers are compared with it. */
  bundle: z.string().optional(),
  /** How much of the rules their tests must reach, in percent. */
  coverage: z.number().min(0).max(100).default(100),
  /** Folders that are looked at by others. */
  leave_out: z.array(z.string()).default([]),
});

const Manifest = z.object({ metadata: z.object({ input: z.enum(['mandates', 'authzen']) }) });

/** A folder of rules and what belongs to it; paths are absolute. */
export interface PolicyFolder {
  path: string;
  input: BundleInput;
  cases: string | undefined;
  acts: { cases: string; manage: string } | undefined;
  registers: string[];
  bundle: string | undefined;
  coverage: number;
  leaveOut: string[];
  /** What WebAssembly does by itself, and nothing else. */
  capabilities: string;
  /** JSON Schemas of what rules read; undefined: rules name none. */
  schemas: string | undefined;
}

/** @throws Error with a sentence saying what the folder lacks, or what is wrong in its policy.yaml */
export function readFolder(path: string): PolicyFolder {
  const folder = resolve(path);
  if (!existsSync(folder) || !statSync(folder).isDirectory()) throw new Error(`there is no folder ${path}`);
  const { cases, acts, register, bundle, coverage, leave_out } = readPolicyFile(folder);
  const input = readInputKind(folder);
  const within = (name: string) => resolve(folder, name);
  for (const name of [cases, acts?.cases, ...register]) {
    if (name !== undefined && !existsSync(within(name))) {
      throw new Error(`${join(path, 'policy.yaml')} names ${name}, which is not there`);
    }
  }
  return {
    path: folder,
    input,
    cases: cases === undefined ? undefined : within(cases),
    acts: acts && { ...acts, cases: within(acts.cases) },
    registers: register.map(within),
    bundle: bundle === undefined ? undefined : within(bundle),
    coverage,
    leaveOut: leave_out,
    capabilities: ownOr(folder, 'capabilities.json', join(ROOT, 'policies/capabilities.json')),
    schemas: schemasOf(folder, input),
  };
}

/** The folder's `.rego` files as tools name them: relative to the folder above it, sorted. */
export function regoFiles({ path, leaveOut }: PolicyFolder): string[] {
  const above = dirname(path);
  const isLeftOut = (name: string) => name.split('/').some((part) => part.startsWith('.') || leaveOut.includes(part));
  return readdirSync(path, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.rego') && !isLeftOut(name))
    .map((name) => relative(above, join(path, name)))
    .sort();
}

/** What tools run in and what they call the folder there: names in a bundle do not depend on who builds it where. */
export function placeOf({ path }: PolicyFolder): { cwd: string; name: string } {
  return { cwd: dirname(path), name: basename(path) };
}

function readPolicyFile(folder: string): z.infer<typeof PolicyFile> {
  const path = join(folder, 'policy.yaml');
  if (!existsSync(path)) return PolicyFile.parse({});
  let value: unknown;
  try {
    value = parse(readFileSync(path, 'utf8')) ?? {};
  } catch (thrown) {
    throw new Error(`${path} is no YAML: ${thrown instanceof Error ? thrown.message.split('\n')[0] : thrown}`);
  }
  const read = PolicyFile.safeParse(value);
  if (!read.success) throw new Error(`${path}:\n${prettifyError(read.error)}`);
  return read.data;
}

function readInputKind(folder: string): BundleInput {
  const path = join(folder, '.manifest');
  const wanted = '{ "roots": ["authz"], "metadata": { "input": "mandates" } }';
  if (!existsSync(path)) throw new Error(`${folder} holds no rules: it needs a .manifest such as ${wanted}`);
  try {
    return Manifest.parse(JSON.parse(readFileSync(path, 'utf8'))).metadata.input;
  } catch (cause) {
    throw new Error(`${path} does not say what the rules read (mandates or authzen); it looks like ${wanted}`, {
      cause,
    });
  }
}

function ownOr(folder: string, name: string, other: string): string {
  const own = join(folder, name);
  return existsSync(own) ? own : other;
}

function schemasOf(folder: string, input: BundleInput): string | undefined {
  const own = join(folder, 'schemas');
  if (existsSync(own)) return own;
  return input === 'mandates' ? join(ROOT, 'policies/schemas') : undefined;
}
