import { beforeAll, describe, expect, it } from 'vitest';
import { AppError } from '../../src/domain/errors.ts';
import { type Bundle, readBundle } from '../../src/policy/bundle.ts';
import { type EngineOptions, makeEngine } from '../../src/policy/engine.ts';
import { makeStockInstance } from '../../src/policy/instance.ts';
import { makeRawInstance } from '../../src/policy/raw-instance.ts';
import { readAuthzenAnswer } from '../../src/policy/result.ts';
import { makeValueInstance } from '../../src/policy/value-instance.ts';
import { fixtureBundle } from '../support/policy-fixtures.ts';

const YES = { say: { decision: true } };
const LONE_SURROGATES = ['\ud800', 'x\udfff', '\udc00\ud800', 'a\\\ud83dz'];

let bundle: Bundle;
beforeAll(async () => {
  bundle = await readBundle(fixtureBundle('echo'));
});

describe.each([
  ['stock', makeStockInstance],
  ['raw', makeRawInstance],
  ['value', makeValueInstance],
])('the policy engine on %s instances', (_, makeInstance) => {
  const engine = (options: EngineOptions = {}) => makeEngine(bundle, readAuthzenAnswer, { makeInstance, ...options });

  function codeOf(decide: () => unknown): string {
    try {
      decide();
    } catch (thrown) {
      return thrown instanceof AppError ? thrown.code : `no AppError: ${thrown}`;
    }
    return 'nothing thrown';
  }

  it('answers what the policy decides', () => {
    const { decide, revision } = engine();
    expect(decide(YES)).toEqual({ decision: true });
    expect(decide({ say: { decision: false, context: { why: 'ëën €uro 🐄' } } })).toEqual({
      decision: false,
      context: { why: 'ëën €uro 🐄' },
    });
    expect(revision).toBe(bundle.revision);
  });

  it('takes an undefined decision for a failure, never for a denial', () => {
    expect(codeOf(() => engine().decide({}))).toBe('policy_failed');
  });

  it('takes rules that contradict each other for a failure', () => {
    expect(codeOf(() => engine().decide({ ...YES, other: { decision: false } }))).toBe('policy_failed');
  });

  it.each([
    true,
    'yes',
    null,
    [],
    { decision: 'true' },
    { decision: 1 },
    { decision: true, context: [] },
    { allow: true },
  ])('takes %j for no decision', (say) => {
    expect(codeOf(() => engine().decide({ say }))).toBe('policy_failed');
  });

  it('still answers after 2,000 requests that make it throw', () => {
    let replaced = 0;
    const { decide } = engine({ onReplace: () => replaced++ });
    for (let i = 0; i < 2000; i++) codeOf(() => decide({ ...YES, other: i }));
    expect(decide(YES)).toEqual({ decision: true });
    expect(replaced).toBe(2000);
  });

  it('still answers after 2,000 requests with a lone surrogate, without a new instance', () => {
    let replaced = 0;
    const { decide } = engine({ onReplace: () => replaced++ });
    for (let i = 0; i < 2000; i++) {
      expect(codeOf(() => decide({ ...YES, text: LONE_SURROGATES[i % LONE_SURROGATES.length] }))).toBe(
        'invalid_request',
      );
    }
    expect(decide(YES)).toEqual({ decision: true });
    expect(replaced).toBe(0);
  });

  it('refuses a lone surrogate as a key', () => {
    expect(codeOf(() => engine().decide({ ...YES, '\ud800': 1 }))).toBe('invalid_request');
  });

  it.each(['\\ud800', '\\\\udfff', '🐄', 'C:\\udder', '\u0000\u2028'])('takes %j, which is Unicode', (text) => {
    expect(engine().decide({ say: { decision: true, context: { text } } })).toEqual({
      decision: true,
      context: { text },
    });
  });

  it.each([null, undefined, 0, '', false, '{"say":{"decision":true}}'])('does not ask about %j', (input) => {
    // @ts-expect-error: what the types forbid must not reach the policy either
    expect(codeOf(() => engine().decide(input))).toBe('policy_failed');
  });

  it('refuses more input than it may read', () => {
    expect(codeOf(() => engine({ maxInput: 100 }).decide({ ...YES, text: 'x'.repeat(100) }))).toBe('invalid_request');
  });

  it('survives nesting that exhausts the stack', () => {
    const { decide } = engine({ maxInput: 1024 * 1024 });
    let deep: object = {};
    for (let i = 0; i < 30_000; i++) deep = { a: deep };
    expect(codeOf(() => decide({ ...YES, deep }))).toMatch(/^(invalid_request|policy_failed)$/);
    let wide: object = {};
    for (let i = 0; i < 3000; i++) wide = { a: wide };
    codeOf(() => decide({ ...YES, wide }));
    expect(decide(YES)).toEqual({ decision: true });
  });

  it('gives back the memory that a large question took', () => {
    const causes: string[] = [];
    const { decide } = engine({ onReplace: (cause) => causes.push(cause), maxMemoryBytes: 3 * 1024 * 1024 });
    const large = { ...YES, text: 'x'.repeat(400_000), list: Array.from({ length: 20_000 }, (_, i) => i) };
    expect(decide(large)).toEqual({ decision: true });
    expect(causes).toEqual(['memory']);
    expect(decide(YES)).toEqual({ decision: true });
    expect(causes).toEqual(['memory']);
  });

  it('fails, and recovers, when a question takes more memory than there is', () => {
    const { decide } = engine({ maxInput: 64 * 1024 * 1024 });
    expect(codeOf(() => decide({ ...YES, text: 'x'.repeat(20_000_000) }))).toBe('policy_failed');
    expect(decide(YES)).toEqual({ decision: true });
  });

  it('gives the same answers whatever was asked before', () => {
    const { decide } = engine();
    for (let i = 0; i < 500; i++) {
      const context = { i, text: 'é'.repeat(i) };
      expect(decide({ say: { decision: i % 2 === 0, context } })).toEqual({ decision: i % 2 === 0, context });
    }
  });
});
