import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Question } from '../../src/domain/evaluation.ts';
import { type Identifier, partyKindOf, toUrn } from '../../src/domain/identifier.ts';
import { drawSeedQuestions } from '../../src/register/seed-questions.ts';
import { treeOf } from './counting.ts';
import { scrape, sharesOf } from './metrics.ts';
import { type RunningSidecar, type SidecarOptions, startSidecar } from './stack.ts';
import { AUTHZEN_MARKERS, EVALUATION, type Target } from './targets.ts';

export const SEED = 1;

export interface SidecarTarget extends Target {
  sidecar: RunningSidecar;
}

/** Writes questions over a seeded register as AuthZEN bodies, one a line. @returns the file */
export function writeQuestions(folder: string, { mandates, count }: { mandates: number; count: number }): string {
  const bodies = join(folder, `questions-${mandates}.ndjson`);
  const questions = drawSeedQuestions({ mandates, seed: SEED, count });
  writeFileSync(bodies, `${Array.from(questions, (question) => JSON.stringify(toAuthzen(question))).join('\n')}\n`);
  return bodies;
}

export type SidecarTargetOptions = SidecarOptions & { name: string; bodies: string };

/** Starts a sidecar that is to be loaded with these questions. */
export async function startSidecarTarget(options: SidecarTargetOptions): Promise<SidecarTarget> {
  const sidecar = await startSidecar(options);
  return {
    name: options.name,
    dataClass: 'data held',
    mandates: options.projection.mandates,
    pids: () => treeOf(sidecar.child.pid),
    storePids: () => [],
    port: sidecar.port,
    socket: sidecar.socket,
    path: EVALUATION,
    markers: AUTHZEN_MARKERS,
    bodies: options.bodies,
    counters: () => scrape(sidecar.opsPort),
    shares: sharesOf,
    sidecar,
  };
}

/** The body of an AuthZEN evaluation. */
export function toAuthzen(question: Question<Identifier>): object {
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
