import type { ReplayWish } from '../workbench/wishes.ts';
import type { Terminal } from './terminal.ts';

export async function runReplay(_terminal: Terminal, _records: readonly string[], _wish: ReplayWish): Promise<number> {
  throw new Error('not built yet');
}
