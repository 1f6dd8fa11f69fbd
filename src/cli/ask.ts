import { readFile } from 'node:fs/promises';
import { isDeepStrictEqual } from 'node:util';
import { parse } from 'yaml';
import { z } from 'zod';
import type { Deciding } from './decide.ts';
import type { Terminal } from './terminal.ts';

const questionsFile = z.object({
  questions: z.array(
    z.object({
      title: z.string(),
      /** Body of `POST /v1/decision`. */
      ask: z.record(z.string(), z.unknown()),
      /** Some fields of the answer. */
      expect: z.looseObject({ allow: z.boolean() }),
    }),
  ),
});

export type ExampleQuestion = z.infer<typeof questionsFile>['questions'][number];

/** Questions about the example register, with the answers that they should get. */
export async function readQuestions(file: string): Promise<ExampleQuestion[]> {
  return questionsFile.parse(parse(await readFile(file, 'utf8'))).questions;
}

/** Says where the decision point is, and asks the questions of a file where they make sense. */
export async function askExamples(
  { url, input, consoleUrl }: Pick<Deciding, 'url' | 'input' | 'consoleUrl'>,
  file: string | undefined,
  { out }: Terminal,
): Promise<void> {
  if (url === undefined) return;
  out.write(`machtig answers on ${url}.\n`);
  if (file !== undefined && input === 'mandates') {
    const questions = await readQuestions(file);
    out.write(`Here are ${questions.length} questions about the example register, to repeat and to change:\n`);
    for (const question of questions) out.write(await ask(url, question));
  }
  out.write(`\nThe API: ${url}/v1/openapi.json.\n`);
  if (consoleUrl !== undefined) out.write(`Try the policy in a browser, rule by rule: ${consoleUrl}\n`);
}

const answerForm = z.looseObject({ allow: z.boolean(), basis: z.string().nullable(), reasons: z.array(z.string()) });

/** A question as a curl line with its answer, and whether that is the one that belongs to it. */
async function ask(url: string, { title, ask: question, expect }: ExampleQuestion): Promise<string> {
  const body = JSON.stringify(question);
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(`${url}/v1/decision`, { method: 'POST', headers, body });
  const answer: unknown = await response.json();
  const curl = `curl -s ${url}/v1/decision -H 'content-type: application/json' -d '${body.replaceAll("'", "'\\''")}'`;
  return `\n# ${title}\n${curl}\n→ ${summary(answer)}${isAsExpected(answer, expect) ? '' : `  (expected: ${JSON.stringify(expect)})`}\n`;
}

function summary(answer: unknown): string {
  const parsed = answerForm.safeParse(answer);
  if (!parsed.success) return JSON.stringify(answer);
  const { allow, basis, reasons } = parsed.data;
  return allow ? `allow, on the basis of: ${basis}` : `deny, because: ${reasons.join(', ')}`;
}

function isAsExpected(answer: unknown, expect: ExampleQuestion['expect']): boolean {
  if (typeof answer !== 'object' || answer === null) return false;
  const found = new Map(Object.entries(answer));
  return Object.entries(expect).every(([name, value]) => isDeepStrictEqual(found.get(name), value));
}
