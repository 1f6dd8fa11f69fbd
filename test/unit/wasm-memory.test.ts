import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { hasOwnMemory } from '../../src/policy/wasm-memory.ts';
import { endless, greedy, idle, recursing, tabled, trapping } from '../support/hostile-module.ts';
import { fixtureBundle } from '../support/policy-fixtures.ts';
import { unpacked } from '../support/signing.ts';

const wasmOf = (path: string) => unpacked(path).get('policy.wasm') ?? new Uint8Array();

describe('a module of WebAssembly', () => {
  it('has a memory of its own where it says so, and only there', () => {
    expect(hasOwnMemory(greedy)).toBe(true);
    for (const module of [endless, idle, recursing, tabled, trapping]) expect(hasOwnMemory(module)).toBe(false);
  });

  it('of a policy has none', () => {
    expect(hasOwnMemory(wasmOf(join(import.meta.dirname, '../../bundles/mandates.tar.gz')))).toBe(false);
    expect(hasOwnMemory(wasmOf(fixtureBundle('release')))).toBe(false);
  });

  it('is sound, as these are', () => {
    for (const module of [endless, greedy, idle, recursing, tabled, trapping]) {
      expect(() => new WebAssembly.Module(new Uint8Array(module))).not.toThrow();
    }
  });

  it.each([[[]], [[0]], [new Array<number>(100).fill(0xff)]])('that is none is read to its end', (bytes) => {
    expect(hasOwnMemory(new Uint8Array(bytes))).toBe(false);
  });
});
