import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Question } from '../../src/domain/evaluation.ts';
import { type Identifier, partyKindOf, toUrn } from '../../src/domain/identifier.ts';
import type { Lifecycle } from '../../src/process/lifecycle.ts';
import { drawSeedQuestions } from '../../src/register/seed-questions.ts';
import { scrape, sharesOf } from './metrics.ts';
import { type StackFacts, startRegisters, startStack } from './stack.ts';
import type { Target } from './targets.ts';

export const SEED = 1;
export const QUESTIONS = 50_000;

/** One sidecar for each size, on a register and a projection of its own. */
export async function startSidecars(
  sizes: readonly number[],
  folder: string,
  lifecycle: Lifecycle,
): Promise<{ sidecars: Target[]; stacks: StackFacts[] }> {
  if (sizes.length === 0) return { sidecars: [], stacks: [] };
  const createRegister = await startRegisters(lifecycle);
  const sidecars: Target[] = [];
  const stacks: StackFacts[] = [];
  for (const mandates of sizes) {
    const databaseUrl = await createRegister(mandates);
    const { child, port, opsPort, socket, facts } = await startStack({
      mandates,
      databaseUrl,
      folder,
      lifecycle,
      seed: SEED,
    });
    const bodies = join(folder, `questions-${mandates}.ndjson`);
    const questions = drawSeedQuestions({ mandates, seed: SEED, count: QUESTIONS });
    writeFileSync(bodies, `${Array.from(questions, (question) => JSON.stringify(toAuthzen(question))).join('\n')}\n`);
    stacks.push(facts);
    sidecars.push({
      name: `sidecar, ${mandates.toLocaleString('en')}`,
      pid: child.pid,
      port,
      socket,
      bodies,
      counters: () => scrape(opsPort),
      shares: sharesOf,
    });
  }
  return { sidecars, stacks };
}

function toAuthzen(question: Question<Identifier>): object {
  const { actor, loa, represented, branch, service, operation, case: caseId, via } = question;
  return {
    subject: {
      type: 'person',
      id: toUrn(actor),
      properties: { ...(loa && { loa }), ...(via && { via: toUrn(via) }) },
    },
    action: { name: service, ...(operation && { properties: { operation } }) },
    resource: {
      type: partyKindOf(represented.scheme),
      id: toUrn(represented),
      properties: { ...(branch && { branch }), ...(caseId && { case: caseId }) },
    },
  };
}
