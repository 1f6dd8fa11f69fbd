import type { Question } from '../domain/evaluation.ts';
import type { PartyKind } from '../domain/facts.ts';
import {
  isPartyRef,
  type OpenHandle,
  openNothing,
  type PartyName,
  parsePartyName,
  partyKindOf,
} from '../domain/identifier.ts';
import type { Refusal } from '../evaluate/call.ts';
import { type Fields, isFields, isOptionalFields, isOptionalText, isText } from './fields.ts';
import { isOptionalForm } from './read-decision.ts';
import { BRANCH, LIMITS, REVISION } from './schemas.ts';

const NONE: Fields = {};
const IMPOSSIBLE: Refusal = { refused: ['identifier_invalid'] };

/**
 * Reads what `evaluationRequest` accepts, without zod; undefined for anything else. An identifier that cannot exist
 * (form, elfproef, a type that does not fit) makes the whole a refusal: on the AuthZEN paths that is a denial.
 */
export function readEvaluation(body: unknown, open: OpenHandle = openNothing): Question | Refusal | undefined {
  if (!isFields(body)) return undefined;
  const { subject, action, resource, context = NONE } = body;
  if (!isParty(subject) || !isParty(resource) || !isFields(action) || !isFields(context)) return undefined;
  const { properties: about = NONE } = subject;
  const { properties: how = NONE } = action;
  const { properties: where = NONE } = resource;
  if (!isFields(about) || !isFields(how) || !isFields(where)) return undefined;
  if (!isText(action.name, LIMITS.service) || !isOptionalText(how.operation, LIMITS.operation)) return undefined;
  if (!isOptionalText(about.loa, LIMITS.loa) || !isOptionalText(about.via, LIMITS.urn)) return undefined;
  if (!isOptionalText(where.branch, LIMITS.urn) || !isOptionalText(where.case, LIMITS.case)) return undefined;
  const others = readOthers(context.together, open);
  if (others === undefined || !isContext(context)) return undefined;

  const actor = toName(subject.id, open, subject.type);
  const represented = toName(resource.id, open, resource.type);
  if (!actor || !represented || others === IMPOSSIBLE || !isOptionalForm(where.branch, BRANCH)) return IMPOSSIBLE;
  const question: Question = { actor, represented, service: action.name };
  if (about.loa !== undefined) question.loa = about.loa;
  if (how.operation !== undefined) question.operation = how.operation;
  if (where.branch !== undefined) question.branch = where.branch;
  if (where.case !== undefined) question.case = where.case;
  if (about.via !== undefined) {
    const via = toName(about.via, open);
    if (!via) return IMPOSSIBLE;
    question.via = via;
  }
  if (Array.isArray(others)) question.together = others;
  return withContext(question, context);
}

interface Context extends Fields {
  min_loa?: string;
  min_revision?: string;
  time?: string;
  traceparent?: string;
}

function isContext(context: Fields): context is Context {
  return (
    isOptionalText(context.min_loa, LIMITS.loa) &&
    isOptionalForm(context.min_revision, REVISION) &&
    isOptionalText(context.time, LIMITS.time) &&
    isOptionalText(context.traceparent, LIMITS.loa)
  );
}

function withContext(question: Question, { min_loa, min_revision, time }: Context): Question {
  if (min_loa !== undefined) question.min_loa = min_loa;
  if (min_revision !== undefined) question.min_revision = min_revision;
  if (time !== undefined) question.time = time;
  return question;
}

/** Null when nobody else is named, undefined when the list is not as it should be. */
function readOthers(together: unknown, open: OpenHandle): Required<Question>['together'] | Refusal | null | undefined {
  if (together === undefined) return null;
  if (!Array.isArray(together) || together.length > LIMITS.together) return undefined;
  const others: Required<Question>['together'] = [];
  let impossible = false;
  for (const item of together) {
    if (!isFields(item) || !isText(item.id, LIMITS.urn) || !isOptionalText(item.loa, LIMITS.loa)) return undefined;
    const id = toName(item.id, open);
    if (!id) impossible = true;
    else others.push(item.loa === undefined ? { id } : { id, loa: item.loa });
  }
  return impossible ? IMPOSSIBLE : others;
}

interface Party extends Fields {
  type: string;
  id: string;
}

function isParty(value: unknown): value is Party {
  return (
    isFields(value) &&
    isText(value.type, LIMITS.type) &&
    isText(value.id, LIMITS.urn) &&
    isOptionalFields(value.properties)
  );
}

function toName(id: string, open: OpenHandle, type?: string): PartyName | undefined {
  const parsed = parsePartyName(id, open);
  if (typeof parsed === 'string') return undefined;
  if (type === undefined) return parsed;
  if (!isPartyRef(parsed)) return type === partyKindOf(parsed.scheme) ? parsed : undefined;
  return isPartyKind(type) ? { ...parsed, kind: type } : undefined;
}

export function isPartyKind(type: string): type is PartyKind {
  return type === 'person' || type === 'organisation';
}
