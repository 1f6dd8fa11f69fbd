import type { Question } from '../domain/evaluation.ts';
import { type OpenHandle, openNothing, type PartyName, parsePartyName } from '../domain/identifier.ts';
import { type Fields, isFields, isOptionalText, isText } from './fields.ts';
import { BRANCH, LIMITS, REVISION } from './schemas.ts';

const KNOWN = new Set([
  'actor',
  'loa',
  'represented',
  'branch',
  'service',
  'operation',
  'case',
  'via',
  'min_loa',
  'min_revision',
  'together',
]);

/** Reads what `decisionRequest` accepts, without zod; undefined for anything else. */
export function readDecision(body: unknown, open: OpenHandle = openNothing): Question | undefined {
  if (!isFields(body)) return undefined;
  for (const name in body) if (!KNOWN.has(name)) return undefined;
  const { loa, branch, service, operation, case: caseId, min_loa, min_revision } = body;
  const actor = toName(body.actor, open);
  const represented = toName(body.represented, open);
  if (!actor || !represented || !isText(service, LIMITS.service)) return undefined;
  if (!isOptionalText(loa, LIMITS.loa) || !isOptionalText(min_loa, LIMITS.loa)) return undefined;
  if (!isOptionalText(operation, LIMITS.operation) || !isOptionalText(caseId, LIMITS.case)) return undefined;
  if (!isOptionalForm(branch, BRANCH) || !isOptionalForm(min_revision, REVISION)) return undefined;
  const question: Question = { actor, represented, service };
  if (loa !== undefined) question.loa = loa;
  if (branch !== undefined) question.branch = branch;
  if (operation !== undefined) question.operation = operation;
  if (caseId !== undefined) question.case = caseId;
  if (min_loa !== undefined) question.min_loa = min_loa;
  if (min_revision !== undefined) question.min_revision = min_revision;
  return withOthers(question, body, open);
}

function withOthers(question: Question, { via, together }: Fields, open: OpenHandle): Question | undefined {
  if (via !== undefined) {
    const intermediary = toName(via, open);
    if (!intermediary) return undefined;
    question.via = intermediary;
  }
  if (together !== undefined) {
    if (!Array.isArray(together) || together.length > LIMITS.together) return undefined;
    question.together = [];
    for (const item of together) {
      const other = toCoActor(item, open);
      if (!other) return undefined;
      question.together.push(other);
    }
  }
  return question;
}

function toCoActor(item: unknown, open: OpenHandle): { id: PartyName; loa?: string } | undefined {
  if (!isFields(item)) return undefined;
  for (const name in item) if (name !== 'id' && name !== 'loa') return undefined;
  const id = toName(item.id, open);
  if (!id || !isOptionalText(item.loa, LIMITS.loa)) return undefined;
  return item.loa === undefined ? { id } : { id, loa: item.loa };
}

function toName(value: unknown, open: OpenHandle): PartyName | undefined {
  if (!isText(value, LIMITS.urn)) return undefined;
  const parsed = parsePartyName(value, open);
  return typeof parsed === 'string' ? undefined : parsed;
}

/** Undefined, or text of this form. */
export function isOptionalForm(value: unknown, form: RegExp): value is string | undefined {
  return value === undefined || (typeof value === 'string' && form.test(value));
}
