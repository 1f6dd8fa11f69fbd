import { z } from 'zod';
import type { RuleNote } from '../domain/explanation.ts';
import { placeOf } from './folder.ts';
import { readJson, type StageDeps } from './stages.ts';

const Inspected = z.object({
  annotations: z
    .array(
      z.object({
        annotations: z.object({
          scope: z.string(),
          title: z.string().default(''),
          description: z.string().default(''),
          related_resources: z.array(z.object({ ref: z.string(), description: z.string().default('') })).default([]),
          custom: z.object({ reasons: z.record(z.string(), z.string()).default({}) }).optional(),
        }),
        location: z.object({ file: z.string() }),
        path: z.array(z.object({ value: z.unknown() })),
      }),
    )
    .default([]),
});
type Annotated = z.infer<typeof Inspected>['annotations'][number];

/**
 * What the rules of a bundle say of themselves (METADATA), by `package.rule`.
 * @throws Error when opa cannot tell
 */
export async function readNotes(deps: StageDeps, bundle: string): Promise<Record<string, RuleNote>> {
  const { cwd, name } = placeOf(deps.folder);
  const args = ['inspect', '--annotations', '--format', 'json', bundle];
  const { stdout, stderr } = await deps.run('opa', args, { cwd, signal: deps.signal });
  const parsed = Inspected.safeParse(readJson(stdout));
  if (!parsed.success) throw new Error(`opa inspect: ${stderr.trim() || 'it cannot be read'}`);
  const notes = new Map<string, RuleNote>();
  for (const one of parsed.data.annotations) {
    const rule = ruleOf(one);
    if (rule === undefined) continue;
    notes.set(rule, joined(notes.get(rule), noteOf(one, rule, name)));
  }
  return Object.fromEntries([...notes].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Entrypoints are listed a second time, as if they stood in the module. */
function ruleOf({ annotations: { scope }, location, path }: Annotated): string | undefined {
  if ((scope !== 'rule' && scope !== 'document') || !location.file.endsWith('.rego')) return undefined;
  return path
    .slice(1)
    .map(({ value }) => String(value))
    .join('.');
}

function noteOf({ annotations, location }: Annotated, rule: string, folder: string): RuleNote {
  const { title, description, related_resources, custom } = annotations;
  return {
    title: title || rule,
    description: description.trim(),
    requirements: [...new Set(description.match(/\bR[0-9]+\b/g))],
    links: related_resources.map((link) => ({
      ref: link.ref,
      ...(link.description !== '' && { description: link.description }),
    })),
    file: location.file.replace(/^\//, '').replace(`${folder}/`, ''),
    reasons: custom?.reasons ?? {},
  };
}

/** The bodies of one rule may each say something. */
function joined(known: RuleNote | undefined, next: RuleNote): RuleNote {
  if (known === undefined) return next;
  return {
    ...known,
    requirements: [...new Set([...known.requirements, ...next.requirements])],
    links: [...known.links, ...next.links],
    reasons: { ...known.reasons, ...next.reasons },
  };
}
