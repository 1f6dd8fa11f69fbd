import type { MemoryStore } from '../../src/mandates/memory.ts';
import type { Reach } from '../../src/mandates/reach.ts';
import { changeWrites } from '../../src/mandates/writes.ts';
import { mandateFactRow } from '../../src/workbench/cases/register-writes.ts';
import type { MandateRow, Register } from '../oracle/register.ts';

/** Takes some mandates away, or brings them back, whenever it is called and the next of `flips` says so. */
export function makeTurn(store: MemoryStore, { all, passing, flips }: Turns): () => Promise<void> {
  const rows = passing.map((row) => mandateFactRow(row, all));
  const turns = [...flips];
  let there = true;
  let n = 1;
  return async () => {
    if (!turns.pop()) return;
    const change = (row: object) => ({ facts_before: there ? row : null, facts_after: there ? null : row });
    const writes = rows.flatMap((row) => changeWrites({ entity: 'mandate', ...change(row) }));
    await store.projection.apply({ from: { epoch: 1, n }, to: { epoch: 1, n: n + 1 }, hash: '', writes }, 1);
    n++;
    there = !there;
  };
}

interface Turns {
  all: Register;
  passing: readonly MandateRow[];
  flips: readonly boolean[];
}

/** Something may change between any two chunks. */
export function turning(reach: Reach, turn: () => Promise<void>): Reach {
  async function* turned(chunks: AsyncIterable<readonly string[]>) {
    for await (const chunk of chunks) {
      yield chunk;
      await turn();
    }
  }
  return {
    delegates: (represented, scopes) => turned(reach.delegates(represented, scopes)),
    represented: (delegate) => turned(reach.represented(delegate)),
    services: () => turned(reach.services()),
  };
}
