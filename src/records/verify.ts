import { createReadStream } from 'node:fs';
import { type ChainPosition, digestOf, readLink } from './chain.ts';

/** What was found in the files; without faults every record stands where and as it was written. */
export interface Verification {
  records: number;
  /** Sequence number and previous digest that the first record claims: `0…` at the start of a chain. */
  first?: { seq: number; previous: string };
  /** Keep it elsewhere: whoever rewrites a whole chain cannot change what was kept of it. */
  last?: ChainPosition;
  faults: { file: string; line: number; message: string }[];
}

/** Checks the chain through these files, oldest first. Reads as a stream; faults are listed, at most `maxFaults`. */
export async function verifyRecords(files: readonly string[], maxFaults = 100): Promise<Verification> {
  const found: Verification = { records: 0, faults: [] };
  for (const file of files) {
    let number = 0;
    for await (const line of linesOf(file)) {
      number += 1;
      const message = faultOf(line, found);
      if (message !== undefined && found.faults.length < maxFaults) found.faults.push({ file, line: number, message });
    }
  }
  return found;
}

function faultOf(line: string, found: Verification): string | undefined {
  const link = readLink(line);
  if (link === undefined) return 'is no record';
  const before = found.last;
  found.records += 1;
  found.first ??= link;
  found.last = { seq: link.seq, digest: digestOf(line) };
  if (before === undefined) return undefined;
  if (link.seq !== before.seq + 1) return `has number ${link.seq} where ${before.seq + 1} was expected`;
  return link.previous === before.digest ? undefined : 'the record before it is not the one it was written after';
}

/** Lines end in a line feed and in nothing else: what JSON text may hold (U+2028) is no end. */
async function* linesOf(file: string): AsyncGenerator<string> {
  let rest = '';
  for await (const chunk of createReadStream(file, 'utf8')) {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    yield* lines;
  }
  if (rest !== '') yield rest;
}
