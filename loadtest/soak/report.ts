import type { LoadReport } from '../../test/rig/under-load.ts';
import { describeMachine } from '../bench/processes.ts';
import type { Soaked } from './run.ts';
import type { Sample } from './sample.ts';
import type { Setting } from './setting.ts';
import { FULL_WARM_UP, judge, type SeriesVerdict, toTable, warmUpOf } from './verdict.ts';

/** Something that has to hold for the run to mean what it says. */
export interface Condition {
  says: string;
  held: boolean;
}

export interface Measured extends Soaked {
  /** Requests a second that the sidecar took at most, before there were changes; absent where a rate was given. */
  maximum?: number;
  /** Requests a second that were due. */
  rate: number;
  mandatesGranted: number;
  report: LoadReport;
}

/** A few of very many may meet a moment at which the machine had no time for the sidecar. */
const REFUSED_SHARE = 0.0001;

export function toReport(setting: Setting, measured: Measured) {
  const { samples, releases, report, recordsMiB, mandatesGranted, maximum, rate } = measured;
  const { out: _, build: __, ...asked } = setting;
  const verdicts = judge(samples, mandatesGranted);
  return {
    machine: describeMachine(),
    setting: { ...asked, ...(maximum !== undefined && { maximum: Math.round(maximum) }), rate: Math.round(rate) },
    warmUpMinutes: warmUpOf(samples.at(-1)?.minute ?? 0),
    /** Share of all processors that was in use, by whomever. */
    machineBusy: sum(samples, (sample) => sample.machineBusy) / samples.length,
    conditions: conditionsOf(setting, measured, verdicts),
    verdicts,
    checked: report,
    mandatesGranted,
    recordsMiB: Math.round(recordsMiB),
    releases,
    samples,
  };
}

export type Report = ReturnType<typeof toReport>;

const sum = (samples: readonly Sample[], of: (sample: Sample) => number) =>
  samples.reduce((total, sample) => total + of(sample), 0);

function conditionsOf(setting: Setting, measured: Measured, verdicts: readonly SeriesVerdict[]): Condition[] {
  const { samples, releases, report, rate } = measured;
  const minutes = samples.at(-1)?.minute ?? 0;
  const answers = sum(samples, ({ load }) => load.allow + load.deny);
  const errors = sum(samples, ({ load }) => load.error);
  const broken = sum(samples, ({ load }) => load.broken);
  const perSecond = answers / (minutes * 60);
  const changed = (samples.at(-1)?.changes ?? 0) / (minutes * 60);
  const reloads = Math.floor((minutes * 60) / setting.reloadSeconds) - 1;
  return [
    { says: measured.gaveUp ?? 'nothing gave up', held: measured.gaveUp === undefined },
    { says: `${setting.minutes} minutes under load: ${minutes}`, held: minutes >= 0.99 * setting.minutes },
    { says: `${Math.round(rate)} requests a second: ${perSecond.toFixed(0)}`, held: perSecond >= 0.98 * rate },
    { says: `${setting.changes} changes a second: ${changed.toFixed(0)}`, held: changed >= 0.95 * setting.changes },
    { says: `a bundle every ${setting.reloadSeconds} s: ${releases.length} in turn`, held: releases.length >= reloads },
    { says: `hardly an answer without a decision: ${errors} of ${answers}`, held: errors <= REFUSED_SHARE * answers },
    { says: `no connection broken: ${broken}`, held: broken === 0 },
    {
      says: `${report.answers} answers checked against the history, ${report.violations.length} violations`,
      held: report.answers > 0 && report.violations.length === 0,
    },
    {
      says: `nothing grows: ${verdicts.filter(({ verdict }) => verdict === 'grows').length} series do, ${verdicts.filter(({ verdict }) => verdict === 'cannot tell').length} cannot be told`,
      held: verdicts.length > 0 && verdicts.every(({ verdict }) => verdict !== 'grows'),
    },
  ];
}

export function toMarkdown({ conditions, verdicts, warmUpMinutes, machineBusy, machine }: Report): string {
  const lines = conditions.map(({ says, held }) => `- ${held ? 'held' : '**not held**'}: ${says}\n`);
  const filling =
    warmUpMinutes < FULL_WARM_UP ? ' A run as short as this one shows most of all how memory is filled.' : '';
  const after = `Least squares over what came after the first ${warmUpMinutes.toFixed(1)} minutes.${filling}\n`;
  const busy = `${machine.cpu}, ${machine.cores} cores, ${Math.round(100 * machineBusy)} % in use; commit ${machine.commit}.\n`;
  return `${busy}\n${lines.join('')}\n${after}\n${toTable(verdicts)}`;
}

/** One line for each sample. */
export function toJson(report: Report): string {
  return `${JSON.stringify(report)}\n`.replaceAll('{"minute"', '\n{"minute"');
}
