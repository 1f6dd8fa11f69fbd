import data from '../../policies/data.json' with { type: 'json' };
import { parseRevision } from '../../src/domain/revision.ts';
import { decide } from '../oracle/oracle.ts';
import type { Violation } from '../rig/checker.ts';
import type { Rig } from '../rig/rig.ts';

const CONDITIONS = new Map<string, unknown>(Object.entries(data.tables.conditions));

/** What was asked, what was answered, and what the oracle says on the state that the answer names: for whoever looks into it. */
export function expectedOf({ recorder, questions, keys }: Rig, { observation }: Violation): object {
  const question = questions[observation.question];
  const { reply } = observation;
  const revision = reply.kind === 'answer' ? parseRevision(reply.revision) : undefined;
  if (question === undefined || revision === undefined) return { observation };
  const [era] = recorder.history.erasAt(revision.epoch);
  if (era === undefined) return { observation, question };
  const register = { ...era.versions.registerFor(question, revision.n, keys.alias), conditions: CONDITIONS };
  return {
    observation,
    question,
    expected: decide(register, question, observation.sentMs),
    mandates: register.mandates,
  };
}
