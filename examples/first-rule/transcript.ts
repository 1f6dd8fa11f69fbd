import { asDiff, type Edit } from './edits.ts';

/** What was typed and seen, with how long each step took. */
export interface Transcript {
  /** Begins a chapter. */
  chapter(title: string, words: string): void;
  /** A command and what it printed, that took so many milliseconds. */
  typed(command: string, seen: string, ms?: number): void;
  /** What a program that goes on shows. */
  screen(seen: string): void;
  /** What the author wrote into a file. */
  wrote(edit: Edit): void;
  /** A sentence on what was found. */
  note(words: string): void;
  /** Markdown so far. */
  text(): string;
}

interface Chapter {
  title: string;
  startedAt: number;
  endedAt: number;
}

/** `print` is given each part as it comes. */
export function makeTranscript(print: (text: string) => void): Transcript {
  const parts: string[] = [];
  const chapters: Chapter[] = [];
  const add = (text: string) => {
    parts.push(text);
    print(`${text}\n`);
    const last = chapters.at(-1);
    if (last) last.endedAt = Date.now();
  };
  return {
    chapter(title, words) {
      const now = Date.now();
      chapters.push({ title, startedAt: now, endedAt: now });
      add(`## ${chapters.length}. ${title}\n\n${wrapped(words)}`);
    },
    typed(command, seen, ms) {
      const took = ms === undefined ? '' : `    # ${seconds(ms)}`;
      add(block([`$ ${command}${took}`, seen.trim()].filter((text) => text !== '').join('\n')));
    },
    screen: (seen) => add(block(seen.trim())),
    wrote: (edit) => add(['```diff', asDiff(edit), '```'].join('\n')),
    note: (words) => add(wrapped(words)),
    text: () => `${[...parts, tableOf(chapters)].join('\n\n')}\n`,
  };
}

const WIDTH = 120;

function wrapped(words: string): string {
  const lines = [''];
  for (const word of words.split(' ')) {
    const last = lines.at(-1) ?? '';
    if (last.length + word.length < WIDTH) lines[lines.length - 1] = last === '' ? word : `${last} ${word}`;
    else lines.push(word);
  }
  return lines.join('\n');
}

function block(text: string): string {
  return ['```text', text, '```'].join('\n');
}

function tableOf(chapters: readonly Chapter[]): string {
  const begun = chapters[0]?.startedAt ?? 0;
  const rows = chapters.map(({ title, startedAt, endedAt }, index) => {
    return `| ${index + 1}. ${title} | ${seconds(endedAt - startedAt)} | ${seconds(endedAt - begun)} |`;
  });
  return ['## How long it took', '', '| step | took | since the start |', '|---|---|---|', ...rows].join('\n');
}

export function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
