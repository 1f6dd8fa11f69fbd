import { existsSync, readFileSync } from 'node:fs';
import { relative } from 'node:path';

/** What is looked at, in this order. */
export type Stage = 'format' | 'types' | 'lint' | 'tests' | 'coverage' | 'bundle' | 'cases';

/** One thing that is wrong, where it is, and what to do about it. */
export interface Complaint {
  stage: Stage;
  /** Absolute path. */
  file?: string | undefined;
  /** From 1. */
  line?: number | undefined;
  column?: number | undefined;
  /** One sentence in plain words. */
  says: string;
  /** What helps. */
  hint?: string | undefined;
}

/** A complaint on the screen: place, sentence, the author's own line with a caret. */
export function showComplaint({ file, line, column, says, hint }: Complaint): string[] {
  const help = hint === undefined ? [] : [`    → ${hint}`];
  if (file === undefined) return [`  ${says}`, ...help];
  const source = line === undefined ? undefined : sourceLine(file, line);
  return [`  ${placeText(file, line)}  ${says}`, ...(source === undefined ? [] : pointAt(source, column)), ...help];
}

/** As a terminal links it: relative to where the author is. */
export function placeText(file: string, line?: number): string {
  const near = relative('', file);
  const path = near.startsWith('..') ? file : near || '.';
  return line === undefined ? path : `${path}:${line}`;
}

function pointAt(source: string, column: number | undefined): string[] {
  const text = source.trimStart();
  if (text === '') return [];
  const shown = [`      ${text}`];
  if (column === undefined || column < 1) return shown;
  return [...shown, `      ${' '.repeat(Math.max(0, column - 1 - (source.length - text.length)))}^`];
}

function sourceLine(file: string, line: number): string | undefined {
  if (!existsSync(file)) return undefined;
  return readFileSync(file, 'utf8').split('\n')[line - 1]?.replaceAll('\t', ' ');
}
