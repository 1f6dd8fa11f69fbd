import type { Caller } from '../../domain/caller.ts';
import { AppError } from '../../domain/errors.ts';
import type { Decision, Question } from '../../domain/evaluation.ts';
import type { Gathered } from '../gather.ts';
import { withoutDetails } from '../masking.ts';
import type { Outcome } from '../outcome.ts';
import type { Reading } from '../reading.ts';
import { type Asked, questionOf } from './asked.ts';
import type { Hit, Page } from './page.ts';
import { partsOf } from './parts.ts';
import { makeReader, type ReaderDeps } from './reader.ts';

export interface JudgeDeps extends ReaderDeps {
  decide(question: Question, reading: Reading, caller: Caller): Outcome;
  /** Lets others go first when it is their turn. */
  breathe(): Promise<void>;
  /** Operations of a service that the policy itself names. */
  operationsNamed?(serviceId: string): readonly string[];
}

const NONE_NAMED = () => [];

interface Verdict {
  answer: Decision;
  gathered: Gathered;
}

/** Judges candidates in the order given, each as an evaluation would be, until all are or the page is over. */
export async function judgeAll(
  ids: readonly string[],
  { asked, page, caller }: { asked: Asked; page: Page; caller: Caller },
  deps: JudgeDeps,
): Promise<void> {
  const reader = makeReader(asked, ids, deps);
  const { operationsNamed = NONE_NAMED } = deps;
  const begun = page.position();

  /** Null: not to be asked by this caller, or not at all. Undefined: another policy has come. */
  async function verdictOn(question: Question, read: Promise<Reading>): Promise<Verdict | null | undefined> {
    try {
      const reading = await read;
      const { answer } = deps.decide(question, reading, caller);
      if (answer instanceof AppError) throw answer;
      return page.takes(answer.policy_revision) ? { answer, gathered: reading.gathered } : undefined;
    } catch (thrown) {
      if (isOfOneService(thrown, asked)) return null;
      throw thrown;
    }
  }

  /** Whether all of them were judged. */
  async function judgeParts(hit: Hit, parts: readonly string[], from: string | undefined): Promise<boolean> {
    for (const part of parts) {
      if (from !== undefined && part <= from) continue;
      if (page.isOver()) return false;
      await deps.breathe();
      const verdict = await verdictOn(questionOf(asked, hit.id, part), reader.part(hit.id, part));
      if (verdict === undefined) return false;
      if (verdict?.answer.allow) page.add({ ...hit, part });
      page.reach({ id: hit.id, part });
    }
    return true;
  }

  /** @param from of this one, parts were listed before: it is not listed whole as well */
  async function judgeOne(id: string, index: number, from: string | undefined): Promise<void> {
    const verdict = await verdictOn(questionOf(asked, id), reader.candidate(index, id));
    if (verdict === undefined) return;
    if (verdict !== null) {
      const { answer, gathered } = verdict;
      const hit = toHit(id, gathered, asked);
      if (!answer.allow) {
        page.deny(caller.rights.details ? answer.reasons : withoutDetails(answer, gathered).reasons);
        if (!(await judgeParts(hit, partsOf(asked, gathered, operationsNamed), from))) return;
      } else if (from === undefined) page.add(hit);
    }
    page.reach({ id });
  }

  for (const [index, id] of ids.entries()) {
    if (page.isOver()) return;
    await deps.breathe();
    await judgeOne(id, index, begun?.id === id ? begun.part : undefined);
  }
}

/** Where services are searched, another owner's is left out, and so is a portal too large to be asked for. */
function isOfOneService(thrown: unknown, { search }: Asked): boolean {
  return search === 'action' && thrown instanceof AppError && ['forbidden', 'invalid_request'].includes(thrown.code);
}

function toHit(id: string, { actor, represented }: Gathered, { search }: Asked): Hit {
  const { party } = search === 'subject' ? actor : represented;
  return search === 'action' || party === undefined ? { id } : { id, party };
}
