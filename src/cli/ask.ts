import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';
import { z } from 'zod';
import type { Terminal } from './terminal.ts';

const questionsFile = z.object({
  questions: z.array(
    z.object({
      title: z.string(),
      /** Body of `POST /v1/decision`. */
      ask: z.record(z.string(), z.unknown()),
      expect: z.object({ allow: z.boolean(), reasons: z.array(z.string()).optional() }),
    }),
  ),
});

export type ExampleQuestion = z.infer<typeof questionsFile>['questions'][number];

/** Questions about the example register, with the answers that they should get. */
export async function readQuestions(file: string): Promise<ExampleQuestion[]> {
  return questionsFile.parse(parse(await readFile(file, 'utf8'))).questions;
}

const answerForm = z.looseObject({ allow: z.boolean().optional(), reasons: z.array(z.string()).optional() });

/** Asks the questions over HTTP and shows each as a curl line with its answer, for a newcomer to repeat. */
export async function ask(
  url: string | undefined,
  questions: readonly ExampleQuestion[],
  { out }: Terminal,
): Promise<void> {
  if (url === undefined) return;
  out.write(`\nmachtig answers on ${url}. Five questions about the example register:\n`);
  for (const question of questions) {
    const body = JSON.stringify(question.ask);
    const response = await fetch(`${url}/v1/decision`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
    });
    const answer = answerForm.parse(await response.json());
    out.write(`\n# ${question.title}\ncurl -s ${url}/v1/decision -H 'content-type: application/json' -d '${body}'\n`);
    out.write(`→ ${summary(answer)}\n`);
  }
  out.write(`\nStop with Ctrl-C. More: ${url}/v1/openapi.json\n`);
}

function summary({ allow, reasons = [], ...rest }: z.infer<typeof answerForm>): string {
  if (allow === undefined) return JSON.stringify(rest);
  const ground = allow ? `on the basis of ${String(rest.basis)}` : `because ${reasons.join(', ')}`;
  return `${allow ? 'allow' : 'deny'}, ${ground}`;
}
