import type pg from 'pg';
import type { Question } from '../../src/domain/evaluation.ts';
import { isPartyRef, type PartyName, partyKindOf, toUrn } from '../../src/domain/identifier.ts';
import { importRegister } from '../../src/register/import.ts';
import { seedRegister } from '../../src/register/seed.ts';
import { drawSeedQuestions } from '../../src/register/seed-questions.ts';
import type { Keys } from '../../src/store/keys.ts';
import { migrate } from '../../src/store/migrate.ts';
import { loadCases } from '../conformance/cases.ts';

/**
 * What the register holds at first, and what is asked about it. `cases`: the register of the conformance cases, small,
 * with an instance of every rule. `mandates`: a seeded one of so many.
 */
export type World = 'cases' | { mandates: number; questions?: number };

const SEED = 1;

/** Fills an empty database and gives the questions. */
export async function fillWorld(world: World, { pool, keys, url }: { pool: pg.Pool; keys: Keys; url: string }) {
  await migrate(url);
  if (world === 'cases') {
    const { cases, storable } = loadCases();
    await importRegister(JSON.stringify(storable), { pool, keys });
    const storableCases = cases.filter(({ unstorable }) => unstorable === undefined);
    // The short form takes no time of the caller's.
    return storableCases.map(({ question: { time: _, ...question } }) => question);
  }
  const { mandates, questions: count = 500 } = world;
  await seedRegister({ pool, keys, mandates, seed: SEED });
  return Array.from(drawSeedQuestions({ mandates, seed: SEED, count }));
}

/** Body of POST /v1/decision. */
export function toDecisionBody(question: Question, minRevision?: string): object {
  const { actor, represented, via, together, min_revision: _, ...rest } = question;
  return {
    ...rest,
    actor: nameOf(actor),
    represented: nameOf(represented),
    ...(via && { via: nameOf(via) }),
    ...(together && { together: together.map(({ id, ...one }) => ({ ...one, id: nameOf(id) })) }),
    ...(minRevision !== undefined && { min_revision: minRevision }),
  };
}

/** Body of POST /access/v1/evaluation, and an item of /access/v1/evaluations. */
export function toEvaluationBody(question: Question, minRevision?: string): object {
  const { actor, loa, represented, branch, service, operation, case: caseId, via, min_loa, together } = question;
  const context = {
    ...(min_loa !== undefined && { min_loa }),
    ...(minRevision !== undefined && { min_revision: minRevision }),
    ...(together && { together: together.map(({ id, ...one }) => ({ ...one, id: nameOf(id) })) }),
  };
  return {
    subject: {
      type: typeOf(actor),
      id: nameOf(actor),
      properties: { ...(loa !== undefined && { loa }), ...(via && { via: nameOf(via) }) },
    },
    action: { name: service, ...(operation !== undefined && { properties: { operation } }) },
    resource: {
      type: typeOf(represented),
      id: nameOf(represented),
      properties: { ...(branch !== undefined && { branch }), ...(caseId !== undefined && { case: caseId }) },
    },
    context,
  };
}

function nameOf(name: PartyName): string {
  if (isPartyRef(name)) throw new Error('the rig asks by identifier');
  return toUrn(name);
}

function typeOf(name: PartyName): string {
  if (isPartyRef(name)) throw new Error('the rig asks by identifier');
  return partyKindOf(name.scheme);
}
