import type pg from 'pg';
import { z } from 'zod';
import { AppError } from '../../domain/errors.ts';

/**
 * The head of the audit chain at a moment. Kept where nobody who may write the database can reach it, it shows later
 * that the chain was cut off or written anew, which the chain by itself cannot.
 */
export interface Anchor {
  taken_at: string;
  epoch: number;
  revision: number;
  /** SHA-256 of that change, which rests on all before it; hexadecimal. */
  hash: string;
}

const line = z.strictObject({
  taken_at: z.iso.datetime({ offset: true }),
  epoch: z.number().int().min(1),
  revision: z.number().int().min(0),
  hash: z.string().regex(/^[0-9a-f]{64}$/),
});

const NOTHING = '0'.repeat(64);

/** `machtig audit anchor`: one line of JSON for the file. Of an empty chain too. */
export async function takeAnchor(pool: pg.Pool, now: Date): Promise<Anchor> {
  const { rows } = await pool.query<{ epoch: number; revision: string | null; hash: string | null }>(
    `select r.epoch, c.revision, encode(c.hash, 'hex') as hash
     from register r left join lateral (select revision, hash from changes order by revision desc limit 1) as c on true`,
  );
  const [head] = rows;
  return {
    taken_at: now.toISOString(),
    epoch: head?.epoch ?? 1,
    revision: Number(head?.revision ?? 0),
    hash: head?.hash ?? NOTHING,
  };
}

/**
 * The anchors of a file: one JSON object a line, empty lines left out.
 * @throws AppError `invalid_request` with the lines that are none
 */
export function parseAnchors(text: string): Anchor[] {
  const anchors: Anchor[] = [];
  const faults: { at: string; message: string }[] = [];
  for (const [index, content] of text.split('\n').entries()) {
    if (content.trim() === '') continue;
    const parsed = line.safeParse(fromJson(content));
    if (parsed.success) anchors.push(parsed.data);
    else faults.push({ at: `line ${index + 1}`, message: 'is no anchor' });
  }
  if (faults.length > 0) throw new AppError('invalid_request', 'the file holds what is no anchor', { faults });
  return anchors;
}

function fromJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // No anchor either; the line is named above.
  }
}
