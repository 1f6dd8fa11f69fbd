import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Difference, DifferenceKind } from '../domain/difference.ts';
import { type FailingCase, isWider, showFailing } from './build.ts';
import type { ChangedAnswer, Comparison } from './compare-answers.ts';
import { placeText, showComplaint } from './complaint.ts';
import type { PolicyFolder } from './folder.ts';
import type { Report } from './pipeline.ts';

export interface ShowOptions {
  folder: PolicyFolder;
  /** How long it took, milliseconds. */
  ms: number;
  /** Complaints, cases and answers of each kind that are shown; the rest is counted. */
  atMost: number;
}

/** A report as one screen of text: the verdict first, then what is wrong, then whose answers are others than before. */
export function showReport(report: Report, options: ShowOptions): string {
  const parts = [
    [verdictLine(report, options), `  ${stagesLine(report)}`],
    failingPart(report, options),
    ...complaintParts(report, options),
    report.comparison ? differencePart(report.comparison, report, options) : [],
  ];
  return `${parts
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`;
}

function verdictLine(report: Report, { folder, ms }: ShowOptions): string {
  const seconds = `${(ms / 1000).toFixed(1)} s`;
  const changed = report.comparison?.changed.length ?? 0;
  const failed = report.stages.filter(({ complaints }) => complaints.length > 0);
  const running = report.waitsFor.length === 0 ? '' : ` · ${report.waitsFor.join(', ')} …`;
  const place = `${placeText(folder.path)} · ${seconds}${running}`;
  if (failed.length > 0)
    return `✗ ${failed.map(({ stage, complaints }) => `${stage}: ${complaints.length}`).join(', ')} · ${place}`;
  const wider = report.comparison?.changed.filter(({ difference }) => difference.kind === 'deny_to_allow').length ?? 0;
  const well = report.waitsFor.length === 0 ? '✓ all is well' : '… well so far';
  if (changed === 0) return `${well} · ${place}`;
  return `${well}, and ${count(changed, 'answer')} changed${wider > 0 ? `, ${wider} of them WIDER` : ''} · ${place}`;
}

function stagesLine({ stages }: Report): string {
  return stages
    .map(({ stage, complaints, looked }) => `${complaints.length === 0 ? '✓' : '✗'} ${stage}${looked && ` ${looked}`}`)
    .join('   ');
}

function complaintParts({ stages, built }: Report, { atMost }: ShowOptions): string[][] {
  const failing = (built?.failing.length ?? 0) > 0;
  return stages
    .filter(({ stage, complaints }) => complaints.length > 0 && !(stage === 'cases' && failing))
    .map(({ stage, complaints }) => [
      `${stage}:`,
      ...complaints.slice(0, atMost).flatMap(showComplaint),
      ...andMore(complaints.length, atMost),
    ]);
}

function failingPart(report: Report, options: ShowOptions): string[] {
  const failing = [...(report.built?.failing ?? [])].sort(byGravity);
  if (failing.length === 0) return [];
  return [
    `Cases that do not hold: ${failing.length}`,
    ...failing.slice(0, options.atMost).flatMap((one) => [...showFailing(one), ...whyOf(one, report, options)]),
    ...andMore(failing.length, options.atMost),
  ];
}

/** What made a failing case fail, if it held before. */
function whyOf({ title }: FailingCase, report: Report, options: ShowOptions): string[] {
  const changed = report.comparison?.changed.find((one) => one.title === title);
  return changed && report.comparison ? becauseOf(changed, report.comparison, report, options) : [];
}

function byGravity(a: FailingCase, b: FailingCase): number {
  return Number(isWider(b.missed)) - Number(isWider(a.missed));
}

const KINDS: Record<DifferenceKind, string> = {
  deny_to_allow: 'DENIED → ALLOWED',
  allow_to_deny: 'allowed → denied',
  reasons: 'denied for other reasons',
  details: 'other details',
};

function differencePart(comparison: Comparison, report: Report, options: ShowOptions): string[] {
  const { changed, against } = comparison;
  const failing = new Set(report.built?.failing.map(({ title }) => title));
  const others = changed.filter(({ title }) => !failing.has(title));
  const above = changed.length - others.length;
  if (changed.length === 0) return [`Every case is answered as by ${against}.`];
  return [
    `Answered otherwise than by ${against}: ${changed.length}${above > 0 ? ` (${above} of them above)` : ''}`,
    ...others
      .slice(0, options.atMost)
      .flatMap((one) => [
        `  ${KINDS[one.difference.kind]}: ${one.title}`,
        `      ${placeText(one.file, one.line)}`,
        ...becauseOf(one, comparison, report, options),
      ]),
    ...andMore(others.length, options.atMost),
  ];
}

function becauseOf(one: ChangedAnswer, { sources }: Comparison, report: Report, { folder }: ShowOptions): string[] {
  const said = whatChanged(one.difference);
  const notes = report.built?.bundle?.rules ?? {};
  const rules = one.rules.map((rule) => {
    const note = notes[rule];
    if (note === undefined) return `      by ${rule}, which is no more`;
    return `      by ${note.title} (${rule}, ${placeText(join(folder.path, note.file), ruleLine(folder, note.file, rule))})`;
  });
  const files =
    rules.length > 0 || sources.length === 0
      ? []
      : [`      by what changed in ${sources.map((path) => placeText(join(folder.path, path))).join(', ')}`];
  return [...(said === '' ? [] : [`      ${said}`]), ...rules, ...files];
}

function whatChanged({ lost, gained, fields }: Difference): string {
  return [
    ...(lost.length > 0 ? [`no longer ${lost.join(', ')}`] : []),
    ...(gained.length > 0 ? [`now ${gained.join(', ')}`] : []),
    ...fields,
  ].join('; ');
}

/** Where the rule's first body begins. */
function ruleLine({ path }: PolicyFolder, file: string, rule: string): number | undefined {
  const source = join(path, file);
  const name = rule.split('.').at(-1) ?? rule;
  if (!existsSync(source)) return undefined;
  const lines = readFileSync(source, 'utf8').split('\n');
  const at = lines.findIndex((line) => new RegExp(`^(?:default )?${name}\\b`).test(line));
  return at === -1 ? undefined : at + 1;
}

function andMore(all: number, atMost: number): string[] {
  return all > atMost ? [`  … and ${all - atMost} more: machtig policy check tells all`] : [];
}

function count(n: number, what: string): string {
  return `${n} ${what}${n === 1 ? '' : 's'}`;
}
