import { readFileSync, writeFileSync } from 'node:fs';
import { loadByClosedLoop } from './generators.ts';
import { allowedOf } from './saturate.ts';
import type { Target } from './targets.ts';

/** How far a server answers like the sidecar on the same questions. */
export interface Agreement {
  server: string;
  asked: number;
  /** Questions that differ from each other, of those that its draws are from; of sidecars. */
  distinct?: number;
  allowed: number;
  /** Answered otherwise than the sidecar did. */
  otherwise: number;
  errors: number;
}

const COMPARED = 2000;
const WARM_SECONDS = 120;

/** One letter for each of the first questions: a(llow), d(eny), e(rror). */
async function ask(target: Target, questions: number): Promise<string> {
  const { port, path, headers, markers, bodies } = target;
  const outcomes = `${bodies}.outcomes`;
  await loadByClosedLoop({
    target: { port },
    connections: 16,
    seconds: WARM_SECONDS,
    path,
    bodies,
    offset: 0,
    ...(headers && { headers }),
    ...(markers && { markers }),
    requests: questions,
    outcomes,
  });
  return readFileSync(outcomes, 'utf8');
}

/** Leaves beside the questions of a target a file with those of them that the sidecar allowed. */
function writeAllowed(target: Target, answers: string): void {
  const lines = readFileSync(target.bodies, 'utf8').trimEnd().split('\n');
  const allowed = lines.filter((_, index) => answers[index] === 'a');
  if (allowed.length > 0) writeFileSync(allowedOf(target.bodies), `${allowed.join('\n')}\n`);
}

const countOf = (letters: string, letter: string) => letters.split(letter).length - 1;

/**
 * Asks the sidecar every question twice (what is asked for the first time is nobody's cache hit), all others the first
 * 2,000, unless they are to be asked before. The questions of all of them stand in the same order.
 */
export async function compareAnswers(
  sidecar: Target,
  others: readonly Target[],
  questions: number,
): Promise<Agreement[]> {
  await ask(sidecar, questions);
  const expected = await ask(sidecar, questions);
  writeAllowed(sidecar, expected);
  const distinct = new Set(readFileSync(sidecar.bodies, 'utf8').trimEnd().split('\n')).size;
  const agreements: Agreement[] = [{ ...agreementOf(sidecar.name, expected, expected), distinct }];
  for (const target of others) {
    for (let times = 0; times < (target.askedBefore ?? 0); times++) await ask(target, questions);
    const answers = await ask(target, Math.min(COMPARED, questions));
    agreements.push(agreementOf(target.name, answers, expected));
    if (target.bodies !== sidecar.bodies) writeAllowed(target, expected);
  }
  return agreements;
}

function agreementOf(server: string, answers: string, expected: string): Agreement {
  const otherwise = Array.from(answers).filter((letter, i) => letter !== 'e' && letter !== expected[i]).length;
  const [allowed, errors] = [countOf(answers, 'a'), countOf(answers, 'e')];
  return { server, asked: answers.length, allowed, otherwise, errors };
}
