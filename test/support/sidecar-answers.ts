import * as cast from '../../examples/a-year/cast.ts';
import { type Attempt, numberOf, type Writers } from './http-writers.ts';
import type { Process } from './program.ts';

export type Answered = Readonly<Record<string, unknown>> & { data_revision: string };

/** @throws Error when there is no decision */
export async function ask(sidecar: Process, question: object): Promise<Answered> {
  const response = await fetch(`${sidecar.url}/v1/decision`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(question),
  });
  const answer = await response.json();
  if (response.status !== 200) throw new Error(`no decision on ${JSON.stringify(question)}: ${JSON.stringify(answer)}`);
  return answer as Answered; // As documented; the test compares all of it.
}

/** What is answered at this very revision, without what is of one answer alone. */
export async function answersAt(sidecar: Process, questions: readonly object[], revision: string): Promise<object[]> {
  const answers: object[] = [];
  for (const question of questions) {
    const {
      id: _,
      data_age_ms: __,
      data_revision,
      ...answer
    } = await ask(sidecar, { ...question, min_revision: revision });
    if (data_revision !== revision) throw new Error(`answered at ${data_revision}, not at ${revision}`);
    answers.push(answer);
  }
  return answers;
}

const TESS = { actor: cast.TESS, represented: cast.PAINTER, service: cast.PERMIT.id, operation: 'submit', loa: 'eh3' };

export interface Round {
  attempts: Attempt[];
  /** What each sidecar said right after the grant, and right after the revocation. */
  allowed: unknown[];
  denied: unknown[];
}

/** Kees mandates the drawing office and thinks better of it; each time both sidecars are asked about Tess at once. */
export async function grantAndRevoke(writers: Writers, sidecars: readonly Process[], name: string): Promise<Round> {
  const attempts: Attempt[] = [];
  const act = async (to: string, body: object) => {
    const made = await writers.write({ by: 'kees', to, body }, `${name} ${to}`.replaceAll(' ', '_'), 1);
    attempts.push(...made);
    const reply = made.at(-1)?.done;
    if (reply === undefined) throw new Error(`${to}: ${JSON.stringify(made)}`);
    const answers = await Promise.all(sidecars.map((one) => ask(one, { ...TESS, min_revision: reply.revision })));
    const tooOld = answers.filter(({ data_revision }) => numberOf(data_revision) < numberOf(reply.revision));
    if (tooOld.length > 0) throw new Error(`answered before ${reply.revision}: ${JSON.stringify(tooOld)}`);
    return { reply, said: answers.map(({ allow }) => allow) };
  };
  const granted = await act('POST /mandates', {
    represented: cast.PAINTER,
    delegates: [{ party: cast.DRAWING_OFFICE }],
    kind: 'business',
    services: [cast.PERMIT.uuid],
    ...cast.UNLIMITED,
    loa: 'eh3',
    valid_until: cast.inTwoYears(),
  });
  const id = granted.reply.body.mandates[0].mandate_id;
  const revoked = await act(`POST /mandates/${id}/revocations`, { reason: 'toch niet' });
  return { attempts, allowed: granted.said, denied: revoked.said };
}
