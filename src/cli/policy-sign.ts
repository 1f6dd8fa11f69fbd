import type { Terminal } from './terminal.ts';

export interface KeygenWish {
  private: string;
  public: string;
  algorithm: string;
}

export interface SignWish {
  key: string;
  keyId: string;
  output: string;
  algorithm: string;
}

export interface VerifyWish {
  key?: string;
  keyId?: string;
  algorithm: string;
}

export async function runPolicyKeygen(_terminal: Terminal, _wish: KeygenWish): Promise<void> {
  throw new Error('not built yet');
}

export async function runPolicySign(_terminal: Terminal, _bundle: string, _wish: SignWish): Promise<void> {
  throw new Error('not built yet');
}

export async function runPolicyVerify(_terminal: Terminal, _bundle: string, _wish: VerifyWish): Promise<number> {
  throw new Error('not built yet');
}
