import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { prettifyError, z } from 'zod';
import { ACTS, type AdminVerdict, INTERVENTIONS, SYSTEM_ROLES } from '../../../src/domain/administration.ts';
import { LOAS } from '../../../src/domain/facts.ts';
import type { ActRow, AdminQuestion, AdminWorld, Login } from '../../oracle/admin-world.ts';
import type { Register } from '../../oracle/register.ts';
import { parseMoment } from '../../support/amsterdam.ts';
import { namedUuid, ownerId, registerFacts } from '../../support/register-facts.ts';
import { type RegisterFileText, registerFile } from '../../support/register-file.ts';
import { type CaseText, caseFile } from '../case-file.ts';
import { caseAdditions, caseNames, type Names } from '../case-register.ts';
import { readRegister } from '../cases.ts';

/** One act on the example register, what a case adds to it, and the verdict. */
export interface AdminCase {
  title: string;
  file: string;
  requirements: string[];
  world: AdminWorld;
  question: AdminQuestion;
  expect: Partial<AdminVerdict> & { allow: boolean };
  /** Everything that the case needs, in the format of a register file: what is only wished for left out. */
  register: RegisterFileText;
}

const ROOT = join(import.meta.dirname, '../../..');
const FOLDER = join(import.meta.dirname, 'cases');
const MANAGE = 'urn:etoegang:DV:00000003800000070000:services:2';
/** Numbers of the cases for decisions stay below. */
const FIRST_NUMBER = 400;

const login = z.strictObject({ party: z.string(), loa: z.string().optional(), means: z.boolean().optional() });
const adminCase = z.strictObject({
  title: z.string().min(10),
  requirements: z.array(z.string().regex(/^R\d+$/)).min(1),
  at: z.string().default('2026-11-21T12:00:00+01:00'),
  /** As in the cases for decisions. */
  register: z.unknown().optional(),
  by: z.union([login, z.strictObject({ system: z.enum(SYSTEM_ROLES), oin: z.string().optional() })]),
  act: z.enum(ACTS),
  /** Names of mandates: as it stands; the one from which the wished one derives. */
  current: z.string().optional(),
  parent: z.string().optional(),
  /** The mandate as it would stand; of `current` what is not said. */
  wish: z.record(z.string(), z.unknown()).optional(),
  party: z.string().optional(),
  together: z.array(login).default([]),
  channel: z.enum(['digital', 'paper']).default('digital'),
  suspended_by: z.string().optional(),
  about: z
    .strictObject({
      owners: z.array(z.string()).optional(),
      code_verified: z.boolean().optional(),
      deviation: z.string().optional(),
      signed: z.boolean().optional(),
      verified_by: z.array(z.string()).optional(),
      managers_left: z.int().optional(),
      means_owner: z.string().optional(),
      intervention: z.enum(INTERVENTIONS).optional(),
      paper: z.strictObject({ signed_by: z.string(), loa: z.enum(LOAS), evidence: z.array(z.string()) }).optional(),
    })
    .prefault({}),
  expect: z.strictObject({
    allow: z.boolean(),
    reasons: z.array(z.string()).optional(),
    capacity: z.string().optional(),
    authority: z.array(z.string()).optional(),
    holders_required: z.int().nullable().optional(),
  }),
});
type AdminCaseText = z.output<typeof adminCase>;

/** Reads every case. @throws Error naming file and fault. */
export function loadAdminCases(): AdminCase[] {
  const shared = [join(ROOT, 'examples/register.yaml'), join(ROOT, 'test/conformance/catalogue.yaml')].map(
    readRegister,
  );
  const base = shared.reduce(joined);
  return readdirSync(FOLDER)
    .filter((name) => name.endsWith('.yaml'))
    .sort()
    .flatMap((file) => readCases(file).map((text) => ({ text, file })))
    .map(({ text, file }, index) => toCase(text, file, FIRST_NUMBER + index, base));
}

function readCases(file: string): AdminCaseText[] {
  const read = z.array(adminCase).safeParse(parse(readFileSync(join(FOLDER, file), 'utf8'), { merge: true }));
  if (!read.success) throw new Error(`${file}:\n${prettifyError(read.error)}`);
  return read.data;
}

function joined(a: RegisterFileText, b: RegisterFileText): RegisterFileText {
  const both = <T>(x: readonly T[] | undefined, y: readonly T[] | undefined): T[] => [...(x ?? []), ...(y ?? [])];
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

const WISH = 'wished';

function toCase(text: AdminCaseText, file: string, number: number, base: RegisterFileText): AdminCase {
  const plain = asCase(text, []);
  const current = plain.register.mandates.find(({ name }) => name === text.current);
  const wished = asCase(text, text.wish ? [{ ...current, ...text.wish, name: WISH, id: undefined }] : []);
  const names = caseNames(wished, number, base);
  const additions = (one: CaseText): RegisterFileText => ({ source: 'gevallen', ...caseAdditions(one, number, names) });
  const whole = registerFacts(registerFile.parse(joined(base, additions(wished))));
  const register = joined(base, additions(plain));
  const now = parseMoment(text.at);
  if (now === undefined) throw new Error(`case "${text.title}": ${text.at} is no moment`);
  const wishedId = names.mandateId(text.wish ? WISH : 'willem is eigenaar van de boerderij');
  const mandates = text.wish ? whole.mandates.filter(({ facts }) => facts.mandate_id !== wishedId) : whole.mandates;
  return {
    title: text.title,
    file,
    requirements: text.requirements,
    world: { register: { ...whole, mandates }, manage: MANAGE, now },
    question: toQuestion(text, { names, whole, wishedId }),
    expect: toExpected(text, names),
    register,
  };
}

/** A case for decisions with the same register, which fills in what is not said. */
function asCase({ title, requirements, register }: AdminCaseText, more: object[]): CaseText {
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
  whole: Register;
  wishedId: string;
}

function toQuestion(text: AdminCaseText, { names, whole, wishedId }: Found): AdminQuestion {
  const { act, by, about, channel, suspended_by } = text;
  const party = (key: string) => namedUuid(`party ${names.party(key)}`);
  const row = (id: string, more: Partial<ActRow>): ActRow => {
    const found = whole.mandates.find(({ facts }) => facts.mandate_id === id);
    if (found === undefined) throw new Error(`case "${text.title}": there is no mandate ${id}`);
    return { ...found, channel: 'digital', evidence: [], ...more };
  };
  const named = (name: string | undefined, more: Partial<ActRow> = {}) =>
    name === undefined ? undefined : row(names.mandateId(name), more);
  const toLogin = (one: z.output<typeof login>): Login => ({
    party: party(one.party),
    ...(one.loa !== undefined && { loa: one.loa }),
    ...(one.means !== undefined && { means: { active: one.means } }),
  });
  const current = named(text.current, suspended_by === undefined ? {} : { suspended_by });
  const parent = named(text.parent);
  const { owners, means_owner, paper, ...rest } = about;
  return {
    act,
    together: text.together.map(toLogin),
    ...('system' in by
      ? { system: { role: by.system, ...(by.oin !== undefined && { owner: ownerId(by.oin) }) } }
      : { actor: toLogin(by) }),
    ...(current && { current }),
    ...(parent && { parent }),
    ...(text.wish && { mandate: row(wishedId, { channel }) }),
    ...(text.party !== undefined && { party: party(text.party) }),
    about: {
      ...given(rest),
      ...(owners && { owners: owners.map(ownerId) }),
      ...(means_owner !== undefined && { means_owner: party(means_owner) }),
      ...(paper && { paper: { ...paper, signed_by: party(paper.signed_by) } }),
    },
  };
}

/** Without what is undefined. */
function given<T extends object>(values: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return JSON.parse(JSON.stringify(values));
}

function toExpected({ expect }: AdminCaseText, names: Names): AdminCase['expect'] {
  const { allow, reasons, authority, ...rest } = expect;
  // Closed lists are compared with what comes out, so a wrong one fails its case.
  return {
    ...given(rest),
    allow,
    reasons: [...(reasons ?? [])].sort(),
    ...(authority && { authority: authority.map(names.mandateId) }),
  } as AdminCase['expect'];
}
