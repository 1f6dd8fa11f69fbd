import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { prettifyError, z } from 'zod';
import { gather } from '../evaluate/gather.ts';
import { runNow } from '../evaluate/strand.ts';
import { ADMIN_ENTRYPOINT } from '../policy/bundle.ts';
import { writeInput } from '../policy/input-json.ts';
import { type ActSource, readActs } from './cases/act-cases.ts';
import { adminInput } from './cases/act-input.ts';
import { mandateNames, readCases, readList, refuseDoubles } from './cases/cases.ts';
import { registerFacts } from './cases/register-facts.ts';
import { registerFile } from './cases/register-file.ts';
import { registerLookups, testAlias } from './cases/register-writes.ts';
import type { PolicyFolder } from './folder.ts';

/** A case as the policy is asked it, whatever kind of policy it is. */
export interface ReadyCase {
  title: string;
  /** Absolute path. */
  file: string;
  line: number;
  /** What is asked; the decision when absent. */
  entrypoint?: string;
  /** What the entrypoint reads. */
  input: Record<string, unknown>;
  /** Fields of the answer that the case is about. */
  expect: Record<string, unknown>;
  /** What mandates are called, by id. */
  names?: ReadonlyMap<string, string>;
}

/** The folder's cases; none when it has none. @throws Error naming file, line and fault. */
export async function readyCases(folder: PolicyFolder): Promise<ReadyCase[]> {
  const { cases, acts, registers, input } = folder;
  if (input === 'authzen') return cases === undefined ? [] : bareCases(cases);
  const questions = cases === undefined ? [] : await mandateCases(cases, registers);
  const all = [...questions, ...(acts ? await actCases({ ...acts, registers }) : [])];
  refuseDoubles(all.map(({ title }) => title));
  return all;
}

/** Each with what the real lookups find for it in the register. */
async function mandateCases(folder: string, registers: readonly string[]): Promise<ReadyCase[]> {
  const { cases, register } = readCases({ cases: folder, registers });
  const lookups = await registerLookups(registerFacts(registerFile.parse(register)));
  const names = mandateNames(register.mandates ?? []);
  return cases.map(({ title, file, line, question, now, expect }) => {
    const found = runNow(gather(question, testAlias), lookups);
    if (found === undefined) throw new Error('an in-process projection always answers at once');
    const input: Record<string, unknown> = JSON.parse(writeInput({ ...found, now }));
    return { title, file: join(folder, file), line, input, expect: { ...expect }, names };
  });
}

/** Each with what the admin API gathers for it, on a register of its own. */
function actCases(source: ActSource): Promise<ReadyCase[]> {
  const asked = readActs(source).map(async ({ title, file, line, world, question, expect, names }) => {
    const input = adminInput(world, await registerLookups(world.register), question);
    return {
      title,
      file: join(source.cases, file),
      line,
      entrypoint: ADMIN_ENTRYPOINT,
      input: { ...input },
      expect: { ...expect },
      names,
    };
  });
  return Promise.all(asked);
}

const entity = z.looseObject({ type: z.string(), id: z.string() });
const BareCases = z.array(
  z.strictObject({
    title: z.string().min(3),
    request: z.looseObject({ subject: entity, action: z.looseObject({ name: z.string() }), resource: entity }),
    expect: z.strictObject({ decision: z.boolean(), context: z.record(z.string(), z.unknown()).optional() }),
  }),
);

/** The bare AuthZEN request, and the decision. */
function bareCases(folder: string): ReadyCase[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.yaml'))
    .sort()
    .flatMap((name) => {
      const file = join(folder, name);
      const { value, lines } = readList(file);
      const read = BareCases.safeParse(value);
      if (!read.success) throw new Error(`${file}:\n${prettifyError(read.error)}`);
      return read.data.map(({ title, request, expect: { decision, context } }, index) => ({
        title,
        file,
        line: lines[index] ?? 1,
        input: request,
        expect: { decision, ...(context && { context }) },
      }));
    });
}
