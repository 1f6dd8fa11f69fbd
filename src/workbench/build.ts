import { type Bundle, parseBundle } from '../policy/bundle.ts';
import { type Answer, askCases, type Missed, missedIn, selfTestOf } from './ask-cases.ts';
import { compile, pack } from './compile.ts';
import { type Complaint, placeText } from './complaint.ts';
import type { ReadyCase } from './ready-cases.ts';
import type { StageDeps } from './stages.ts';

/** A case whose answer is another than the one it expects. */
export interface FailingCase {
  title: string;
  file: string;
  line: number;
  missed: Missed[];
}

export interface Built {
  complaints: Complaint[];
  /** What compiled, without cases of its own: to be asked only. */
  bundle?: Bundle;
  /** The same as a file; empty when nothing compiled. */
  unproved: Uint8Array;
  /** To be written, with the cases; made when it is asked for. Absent when anything is wrong. */
  packed?: () => Packed;
  /** In the order of the cases. */
  answers: Answer[];
  failing: FailingCase[];
}

/** Compiles, asks the cases of what came of it, and packs it with them. */
export async function build(deps: StageDeps, cases: readonly ReadyCase[]): Promise<Built> {
  const { result, files } = await compile(deps);
  const nothing = { unproved: new Uint8Array(), answers: [], failing: [] };
  if (files === undefined) return { complaints: result.complaints, ...nothing };
  const unproved = pack(files, []);
  let bundle: Bundle;
  try {
    bundle = parseBundle(unproved);
  } catch (thrown) {
    const says = `the bundle would be refused: ${thrown instanceof Error ? thrown.message : String(thrown)}`;
    return { complaints: [{ stage: 'bundle', says }], ...nothing };
  }
  const answers = askCases(bundle, cases);
  const failing = cases.flatMap((one, index) => failed(one, answers[index] ?? 'was not asked'));
  if (failing.length > 0) return { complaints: [], bundle, unproved, answers, failing };
  const packed = () => proven(pack(files, selfTestOf(cases, answers)));
  return { complaints: [], bundle, unproved, packed, answers, failing };
}

export interface Packed {
  bytes: Uint8Array;
  revision: string;
}

/** What is to be written is read once more as a sidecar will. */
function proven(bytes: Uint8Array): Packed {
  return { bytes, revision: parseBundle(bytes).revision };
}

function failed(one: ReadyCase, answer: Answer): FailingCase[] {
  const called = (value: unknown) => (Array.isArray(value) ? value.map((item) => one.names?.get(item) ?? item) : value);
  const missed = missedIn(one, answer).map(({ field, expected, got }) => ({
    field,
    expected: called(expected),
    got: called(got),
  }));
  return missed.length === 0 ? [] : [{ title: one.title, file: one.file, line: one.line, missed }];
}

/** A failing case on the screen: its place and title, and each field with what was expected and what was got. */
export function showFailing({ title, file, line, missed }: FailingCase): string[] {
  return [
    `  ${isWider(missed) ? 'WIDER: ' : ''}${title}`,
    `      ${placeText(file, line)}`,
    ...missed.map(({ field, expected, got }) => `      ${field}: expected ${text(expected)}, got ${text(got)}`),
  ];
}

/** Whether it is allowed what is to be denied: the worst that a rule can do. */
export function isWider(missed: readonly Missed[]): boolean {
  return missed.some(({ field, got }) => (field === 'allow' || field === 'decision') && got === true);
}

function text(value: unknown): string {
  return value === undefined ? 'nothing' : (JSON.stringify(value) ?? String(value));
}
