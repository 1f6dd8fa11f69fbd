import { prettifyError } from 'zod';
import type { AdminVerdict } from '../../domain/administration.ts';
import { type ActText, actFile, type LoginText } from './act-file.ts';
import type { ActRow, AdminQuestion, AdminWorld, Login } from './act-world.ts';
import { parseMoment } from './amsterdam.ts';
import { type CaseText, caseFile } from './case-file.ts';
import { caseAdditions, caseNames, type Names } from './case-register.ts';
import {
  type CaseSource,
  mandateNames,
  mergeRegisters,
  type Place,
  readFiles,
  readRegister,
  refuseDoubles,
} from './cases.ts';
import type { MandateRow } from './register.ts';
import { namedUuid, ownerId, registerFacts } from './register-facts.ts';
import { type RegisterFile, type RegisterFileText, registerFile } from './register-file.ts';

/** One act on the shared register, what a case adds to it, and the verdict. */
export interface ActCase extends Place {
  title: string;
  requirements: string[];
  world: AdminWorld;
  question: AdminQuestion;
  expect: Partial<AdminVerdict> & { allow: boolean };
  /** What mandates are called, by id. */
  names: ReadonlyMap<string, string>;
}

export interface ActSource extends CaseSource {
  /** ServiceID of the service by which the register is managed. */
  manage: string;
}

const WISH = 'wished';

/** Reads every case about managing; each has a register to itself. @throws Error naming file, case and fault. */
export function readActs({ cases, registers, manage }: ActSource): ActCase[] {
  const shared = registers.map(readRegister).reduce(mergeRegisters);
  const parsed = registerFile.parse(shared);
  const texts = readFiles(cases, actFile);
  refuseDoubles(texts.map(({ text }) => text.title));
  return texts.map(({ text, ...place }, index) => ({
    ...place,
    title: text.title,
    requirements: text.requirements,
    ...resolve(text, { number: index + 1, shared, parsed, manage }),
  }));
}

interface Setting {
  number: number;
  shared: RegisterFileText;
  parsed: RegisterFile;
  manage: string;
}

function resolve(
  text: ActText,
  { number, shared, parsed, manage }: Setting,
): Pick<ActCase, 'world' | 'question' | 'expect' | 'names'> {
  const plain = asCase(text, []);
  const current = plain.register.mandates.find(({ name }) => name === text.current);
  const wished = asCase(text, text.wish ? [{ ...current, ...text.wish, name: WISH, id: undefined }] : []);
  const names = caseNames(wished, number, shared);
  const { parties, mandates: added } = registerFile.parse({
    source: 'gevallen',
    ...caseAdditions(wished, number, names),
  });
  const whole = registerFacts({
    ...parsed,
    parties: [...parsed.parties, ...parties],
    mandates: [...parsed.mandates, ...added],
  });
  const now = parseMoment(text.at);
  if (now === undefined) throw new Error(`case "${text.title}": ${text.at} is no moment`);
  const rows = new Map(whole.mandates.map((row) => [row.facts.mandate_id, row]));
  const wishedId = text.wish && names.mandateId(WISH);
  // What is only wished for stands in no register yet.
  const mandates = whole.mandates.filter(({ facts }) => facts.mandate_id !== wishedId);
  return {
    world: { register: { ...whole, mandates }, manage, now },
    question: toQuestion(text, { names, rows, wishedId }),
    expect: toExpected(text, names),
    names: mandateNames([...parsed.mandates, ...added]),
  };
}

/** A case for decisions with the same register, which fills in what is not said. */
function asCase({ title, requirements, register }: ActText, more: object[]): CaseText {
  // What it holds is checked by the format of those cases.
  const held = (register ?? {}) as { mandates?: object[] };
  const mandates = [...(held.mandates ?? []), ...more.map((one) => JSON.parse(JSON.stringify(one)))];
  const request = { actor: '-', represented: '-', service: '-' };
  const read = caseFile.safeParse([
    { title, requirements, register: { ...held, mandates }, request, expect: { allow: false, reasons: ['-'] } },
  ]);
  if (!read.success) throw new Error(`case "${title}":\n${prettifyError(read.error)}`);
  const [one] = read.data;
  if (one === undefined) throw new Error('one case is read as one');
  return one;
}

interface Found {
  names: Names;
  /** By id. */
  rows: ReadonlyMap<string, MandateRow>;
  wishedId: string | undefined;
}

function toQuestion(text: ActText, { names, rows, wishedId }: Found): AdminQuestion {
  const { act, by, about, channel, suspended_by } = text;
  const party = (key: string) => namedUuid(`party ${names.party(key)}`);
  const row = (id: string | undefined, more: Partial<ActRow> = {}): ActRow | undefined => {
    if (id === undefined) return undefined;
    const found = rows.get(id);
    if (found === undefined) throw new Error(`case "${text.title}": there is no mandate ${id}`);
    return { ...found, channel: 'digital', evidence: [], ...more };
  };
  const named = (name: string | undefined) => (name === undefined ? undefined : names.mandateId(name));
  const toLogin = (one: LoginText): Login => ({
    party: party(one.party),
    ...(one.loa !== undefined && { loa: one.loa }),
    ...(one.means !== undefined && { means: { active: one.means } }),
  });
  const current = row(named(text.current), suspended_by === undefined ? {} : { suspended_by });
  const parent = row(named(text.parent));
  const mandate = row(wishedId, { channel });
  return {
    act,
    together: text.together.map(toLogin),
    ...('system' in by
      ? { system: { role: by.system, ...(by.oin !== undefined && { owner: ownerId(by.oin) }) } }
      : { actor: toLogin(by) }),
    ...(current && { current }),
    ...(parent && { parent }),
    ...(mandate && { mandate }),
    ...(text.party !== undefined && { party: party(text.party) }),
    about: toAbout(about, party),
  };
}

function toAbout(about: ActText['about'], party: (key: string) => string): AdminQuestion['about'] {
  const { owners, means_owner, paper, ...rest } = about;
  return {
    ...given(rest),
    ...(owners && { owners: owners.map(ownerId) }),
    ...(means_owner !== undefined && { means_owner: party(means_owner) }),
    ...(paper && { paper: { ...paper, signed_by: party(paper.signed_by) } }),
  };
}

/** Without what is undefined. */
function given<T extends object>(values: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return JSON.parse(JSON.stringify(values));
}

function toExpected({ expect }: ActText, names: Names): ActCase['expect'] {
  const { allow, reasons, authority, ...rest } = expect;
  // Closed lists are compared with what comes out, so a wrong one fails its case.
  return {
    ...given(rest),
    allow,
    reasons: [...(reasons ?? [])].sort(),
    ...(authority && { authority: authority.map(names.mandateId) }),
  } as ActCase['expect'];
}
