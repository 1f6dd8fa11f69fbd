import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { prettifyError } from 'zod';
import type { Question, Verdict } from '../../src/domain/evaluation.ts';
import { parseMoment } from '../support/amsterdam.ts';
import { type RegisterFileText, registerFile } from '../support/register-file.ts';
import { type CaseText, caseFile } from './case-file.ts';
import { caseAdditions, caseNames, type Names } from './case-register.ts';
import { readDecisionBody } from './questions.ts';

/** A case ready to be run: names resolved, moments in milliseconds. */
export interface Case {
  title: string;
  file: string;
  requirements: string[];
  unstorable?: string;
  now: number;
  /** Body of `POST /v1/decision`. */
  body: Record<string, unknown>;
  question: Question;
  expect: Partial<Verdict> & { allow: boolean };
}

export interface CaseSet {
  cases: Case[];
  /** Example register, catalogue and everything that the cases add, in the format of a register file. */
  register: RegisterFileText;
  /** The same without what only cases marked `unstorable` add. */
  storable: RegisterFileText;
}

const ROOT = join(import.meta.dirname, '../..');
const FOLDER = join(import.meta.dirname, 'cases');

/** Reads every case. @throws Error naming file, case and fault. */
export function loadCases(): CaseSet {
  const shared = merge(
    readRegister(join(ROOT, 'examples/register.yaml')),
    readRegister(join(import.meta.dirname, 'catalogue.yaml')),
  );
  const texts = readdirSync(FOLDER)
    .filter((name) => name.endsWith('.yaml'))
    .sort()
    .flatMap(readCases);
  refuseDoubles(texts.map(({ text }) => text.title));
  const made = texts.map(({ text, file }, index) => {
    const names = caseNames(text, index + 1, shared);
    return { one: resolve(text, file, names), additions: caseAdditions(text, index + 1, names) };
  });
  const additions = (among: typeof made): RegisterFileText => ({
    source: 'gevallen',
    parties: among.flatMap((one) => one.additions.parties),
    mandates: among.flatMap((one) => one.additions.mandates),
  });
  const register = merge(shared, additions(made));
  registerFile.parse(register);
  return {
    cases: made.map(({ one }) => one),
    register,
    storable: merge(shared, additions(made.filter(({ one }) => one.unstorable === undefined))),
  };
}

export function readRegister(path: string): RegisterFileText {
  const text: unknown = parse(readFileSync(path, 'utf8'), { merge: true });
  const read = registerFile.safeParse(text);
  if (!read.success) throw new Error(`${path}:\n${prettifyError(read.error)}`);
  return text as RegisterFileText; // It has just been read as one.
}

function merge(a: RegisterFileText, b: RegisterFileText): RegisterFileText {
  const both = <T>(one: T[] | undefined, other: T[] | undefined): T[] => [...(one ?? []), ...(other ?? [])];
  return {
    source: a.source,
    service_owners: both(a.service_owners, b.service_owners),
    services: both(a.services, b.services),
    portals: both(a.portals, b.portals),
    sets: both(a.sets, b.sets),
    parties: both(a.parties, b.parties),
    mandates: both(a.mandates, b.mandates),
  };
}

function readCases(file: string): { text: CaseText; file: string }[] {
  const read = caseFile.safeParse(parse(readFileSync(join(FOLDER, file), 'utf8')));
  if (!read.success) throw new Error(`${file}:\n${prettifyError(read.error)}`);
  return read.data.map((text) => ({ text, file }));
}

function refuseDoubles(titles: string[]): void {
  const double = titles.find((title, index) => titles.indexOf(title) !== index);
  if (double !== undefined) throw new Error(`two cases are called "${double}"`);
}

function resolve(text: CaseText, file: string, names: Names): Case {
  const { title, requirements, unstorable } = text;
  const body = requestBody(text, names);
  return {
    title,
    file,
    requirements,
    ...(unstorable !== undefined && { unstorable }),
    now: moment(text.at, title),
    body,
    question: readDecisionBody(body),
    expect: expectation(text, names),
  };
}

function requestBody({ request }: CaseText, names: Names): Record<string, unknown> {
  const { service, via, branch, together } = request;
  return {
    ...request,
    actor: names.identifier(request.actor),
    represented: names.identifier(request.represented),
    service: serviceName(service, names),
    ...(branch !== undefined && { branch: names.branch(branch) }),
    ...(via !== undefined && { via: names.identifier(via) }),
    ...(together && { together: together.map((one) => ({ ...one, id: names.identifier(one.id) })) }),
  };
}

/** `@name` one provider's instance (`@name/2` the second), `uuid:name` the definition, otherwise as it stands. */
function serviceName(text: string, names: Names): string {
  if (text.startsWith('@')) return names.serviceId(text.slice(1));
  return text.startsWith('uuid:') ? names.serviceUuid(text.slice(5)) : text;
}

function expectation({ expect, title }: CaseText, names: Names): Case['expect'] {
  const { mandates, branches, services, changes_at, allow, reasons } = expect;
  const expected = {
    ...expect,
    reasons: allow ? [] : [...(reasons ?? [])].sort(),
    ...(mandates && { mandates: mandates.map(names.mandateId) }),
    ...(Array.isArray(branches) && { branches: branches.map(names.branch) }),
    ...(services && { services: services.map((name) => serviceName(`@${name}`, names)).sort() }),
    ...(changes_at !== undefined && { changes_at: changes_at === null ? null : moment(changes_at, title) }),
  };
  return expected as Case['expect']; // Closed lists are compared with what comes out, so a wrong one fails its case.
}

function moment(text: string, title: string): number {
  const at = parseMoment(text);
  if (at === undefined) throw new Error(`case "${title}": ${text} is no moment`);
  return at;
}
