import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseIdentifier, toUrn } from '../domain/identifier.ts';
import { type Choices, choicesOf } from '../http/console/choices.ts';
import { type ConsoleDeps, makeConsole } from '../http/console/console.ts';
import type { Example } from '../http/console/try-page.ts';
import { NO_WISH } from '../http/console/wish.ts';
import type { Lifecycle } from '../process/lifecycle.ts';
import { readRegisterFile, readText } from '../register/read-file.ts';
import { makePool } from '../store/postgres.ts';
import { type ExampleQuestion, readQuestions } from './ask.ts';
import type { DecideDeps } from './decide.ts';
import { describe } from './dev-describe.ts';

/** The page to try the policy, with whom and what the register file lets one choose. */
export async function openDevConsole(
  registerFile: string,
  databaseUrl: string,
  lifecycle: Lifecycle,
): Promise<NonNullable<DecideDeps['console']>> {
  const choices = choicesOf(readRegisterFile(await readText(registerFile)).file);
  const questionsFile = join(dirname(registerFile), 'questions.yaml');
  const questions = existsSync(questionsFile) ? await readQuestions(questionsFile) : [];
  // A connection that breaks also fails the statement that runs on it.
  const pool = makePool(databaseUrl, { onError: () => {}, max: 2 });
  lifecycle.onClose('the connections of the console', () => pool.end());
  const known: Pick<ConsoleDeps, 'choices' | 'examples' | 'describe'> = {
    choices,
    examples: questions.flatMap((question) => toExample(question, choices)),
    describe: (mandates, parties) => describe(pool, mandates, parties),
  };
  return (explain, policy) => (exchange) => makeConsole({ ...known, explain, policy }, exchange);
}

/** An example question by the keys of the register file; none when it asks what the page cannot. */
export function toExample({ title, ask }: ExampleQuestion, { people, parties }: Choices): Example[] {
  const text = (name: string) => (typeof ask[name] === 'string' ? ask[name] : '');
  const same = (urn: string, identifier: Parameters<typeof toUrn>[0] | undefined) =>
    identifier !== undefined && typeof parseIdentifier(urn) !== 'string' && toUrn(identifier) === urn;
  const partyKey = (urn: string) => parties.find(({ identifier }) => same(urn, identifier))?.key ?? '';
  const byMeans = people.find(({ eherkenning }) => same(text('actor'), eherkenning));
  const actor = byMeans ?? people.find(({ digid }) => same(text('actor'), digid));
  const party = partyKey(text('represented'));
  if (actor === undefined || party === '' || ask.together !== undefined) return [];
  const wish = {
    ...NO_WISH,
    actor: actor.key,
    with: byMeans === undefined && actor.eherkenning !== undefined ? 'digid' : '',
    party,
    via: partyKey(text('via')),
    loa: text('loa'),
    branch: text('branch'),
    service: text('service'),
    operation: text('operation'),
    case: text('case'),
  };
  return [{ title, wish }];
}
