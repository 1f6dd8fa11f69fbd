import type { DiffWish } from '../workbench/wishes.ts';
import type { Terminal } from './terminal.ts';

export async function runPolicyDiff(
  _terminal: Terminal,
  _old: string,
  _next: string,
  _wish: DiffWish,
): Promise<number> {
  throw new Error('not built yet');
}
