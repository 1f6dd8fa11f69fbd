import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isSeq, LineCounter, parse, parseDocument } from 'yaml';
import { prettifyError, type z } from 'zod';
import type { Question, Verdict } from '../../domain/evaluation.ts';
import { parseMoment } from './amsterdam.ts';
import { type CaseText, caseFile } from './case-file.ts';
import { caseAdditions, caseNames, type Names } from './case-register.ts';
import { readDecisionBody } from './decision-body.ts';
import { type RegisterFileText, registerFile } from './register-file.ts';

/** A case ready to be run: names resolved, moments in milliseconds. */
export interface Case extends Place {
  title: string;
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
  /** The register files and everything that the cases add, in the format of a register file. */
  register: RegisterFileText;
  /** The same without what only cases marked `unstorable` add. */
  storable: RegisterFileText;
}

export interface CaseSource {
  /** Folder of `*.yaml`, each a list of cases. */
  cases: string;
  /** Register files, which all cases share. */
  registers: readonly string[];
}

const NOTHING: RegisterFileText = { source: 'gevallen' };

/** Reads every case. @throws Error naming file, case and fault. */
export function readCases({ cases, registers }: CaseSource): CaseSet {
  const shared = registers.map(readRegister).reduce(mergeRegisters, NOTHING);
  const texts = readFiles(cases, caseFile);
  refuseDoubles(texts.map(({ text }) => text.title));
  const made = texts.map(({ text, ...place }, index) => {
    const names = caseNames(text, index + 1, shared);
    return { one: resolve(text, place, names), additions: caseAdditions(text, index + 1, names) };
  });
  const additions = (among: typeof made): RegisterFileText => ({
    source: 'gevallen',
    parties: among.flatMap((one) => one.additions.parties),
    mandates: among.flatMap((one) => one.additions.mandates),
  });
  const register = mergeRegisters(shared, additions(made));
  registerFile.parse(register);
  return {
    cases: made.map(({ one }) => one),
    register,
    storable: mergeRegisters(shared, additions(made.filter(({ one }) => one.unstorable === undefined))),
  };
}

/** @throws Error naming the file and every fault of its form */
export function readRegister(path: string): RegisterFileText {
  const text: unknown = parse(readFileSync(path, 'utf8'), { merge: true });
  const read = registerFile.safeParse(text);
  if (!read.success) throw new Error(`${path}:\n${prettifyError(read.error)}`);
  return text as RegisterFileText; // It has just been read as one.
}

/** What mandates are called, by id. */
export function mandateNames(mandates: readonly { id: string; name?: string | undefined }[]): Map<string, string> {
  return new Map(mandates.map(({ id, name }) => [id, name ?? id]));
}

/** Everything that either has. */
export function mergeRegisters(a: RegisterFileText, b: RegisterFileText): RegisterFileText {
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

/** Where a case stands. */
export interface Place {
  /** Name within the folder of cases. */
  file: string;
  /** Where it begins in its file, from 1. */
  line: number;
}

/** What the YAML files of a folder list, file by file. @throws Error naming file and fault. */
export function readFiles<T>(folder: string, form: z.ZodType<T[]>): (Place & { text: T })[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.yaml'))
    .sort()
    .flatMap((file) => {
      const { value, lines } = readList(join(folder, file));
      const read = form.safeParse(value);
      if (!read.success) throw new Error(`${join(folder, file)}:\n${prettifyError(read.error)}`);
      return read.data.map((text, index) => ({ text, file, line: lines[index] ?? 1 }));
    });
}

/** A YAML list, and the line on which each of its items begins. @throws Error naming file, line and fault. */
export function readList(path: string): { value: unknown; lines: number[] } {
  const lineCounter = new LineCounter();
  const document = parseDocument(readFileSync(path, 'utf8'), { lineCounter, merge: true });
  const [fault] = document.errors;
  if (fault) throw new Error(`${path}:${fault.linePos?.[0].line ?? 1}: ${fault.message.split('\n')[0]}`);
  const { contents } = document;
  const items = isSeq<{ range?: readonly number[] | null }>(contents) ? contents.items : [];
  return { value: document.toJS(), lines: items.map(({ range }) => lineCounter.linePos(range?.[0] ?? 0).line) };
}

export function refuseDoubles(titles: string[]): void {
  const double = titles.find((title, index) => titles.indexOf(title) !== index);
  if (double !== undefined) throw new Error(`two cases are called "${double}"`);
}

function resolve(text: CaseText, { file, line }: Place, names: Names): Case {
  const { title, requirements, unstorable } = text;
  const body = requestBody(text, names);
  return {
    title,
    file,
    line,
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
