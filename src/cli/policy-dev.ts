import type { Terminal } from './terminal.ts';

export async function runPolicyDev(_terminal: Terminal, _folder: string | undefined): Promise<number> {
  throw new Error('not built yet');
}

export async function runPolicyCheck(_terminal: Terminal, _folder: string | undefined): Promise<number> {
  throw new Error('not built yet');
}

export async function runPolicyBuild(
  _terminal: Terminal,
  _folder: string | undefined,
  _output: string,
): Promise<number> {
  throw new Error('not built yet');
}
