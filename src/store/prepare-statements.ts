import { createHash } from 'node:crypto';
import type pg from 'pg';

/** Names by statement; the texts are this program's own, so that there are only so many. */
const names = new Map<string, string>();

/**
 * From now on this connection prepares each statement that has parameters, under a name of its own: in a short
 * transaction planning costs more than running. Halves what a grant takes (loadtest/results/admin.json).
 */
export function prepareStatements(client: pg.PoolClient): void {
  const forward = client.query.bind(client) as (...given: unknown[]) => unknown;
  const query = (...given: unknown[]): unknown => {
    const [text, values, ...rest] = given;
    if (typeof text !== 'string' || !Array.isArray(values)) return forward(...given);
    return forward({ name: nameOf(text), text, values }, ...rest);
  };
  // Whatever form it was called in, it answers as the client's own would.
  client.query = query as typeof client.query;
}

function nameOf(text: string): string {
  const known = names.get(text);
  if (known !== undefined) return known;
  const name = createHash('sha256').update(text).digest('hex').slice(0, 32);
  names.set(text, name);
  return name;
}
