import { describe, expect, it } from 'vitest';
import { type FuzzOptions, fuzz } from '../fuzz/fuzzer.ts';
import { watchReached } from '../fuzz/reached.ts';
import { Broken, bytes, type Target } from '../fuzz/target.ts';

/** Fails on two letters in a row that no seed holds. */
const target: Target = {
  seeds: [bytes('{"a": 1}')],
  words: ['xy'],
  make: () => bytes('nothing'),
  try(input) {
    if (Buffer.from(input).includes('xy')) throw new Broken('x before y');
    return 'good';
  },
  close: async () => {},
};
const run = (options: Partial<FuzzOptions> = {}, subject = target) =>
  fuzz(subject, { seed: 7, until: { executions: 2000 }, ...options });

describe('the fuzzer', () => {
  it('finds what breaks a promise, once, and reduces it to what breaks it', async () => {
    const { findings, executions } = await run();
    expect(findings.map(({ says, input }) => [says.slice(0, 17), Buffer.from(input).toString()])).toEqual([
      ['Error: x before y', 'xy'],
    ]);
    expect(executions).toBe(2000);
  });

  it('does the same for the same seed, and something else for another', async () => {
    const tried: string[] = [];
    const noting = { ...target, try: (input: Uint8Array) => String(tried.push(Buffer.from(input).toString('hex'))) };
    const inputsOf = async (seed: number) => {
      await fuzz(noting, { seed, until: { executions: 200 } });
      return tried.splice(0);
    };
    const first = await inputsOf(1);
    expect(await inputsOf(1)).toEqual(first);
    expect(await inputsOf(2)).not.toEqual(first);
  });

  it('takes whatever is thrown for a broken promise', async () => {
    const throwing = { ...target, try: () => JSON.parse('{') };
    expect((await run({ until: { executions: 10 } }, throwing)).findings).toHaveLength(1);
  });

  it('keeps inputs that reach what none reached before', async () => {
    const reached = watchReached((path) => path.endsWith('fuzzer.test.ts'));
    const { kept } = await run({ reached, until: { executions: 3000 } }, { ...target, try: branching });
    expect(kept.map((input) => Buffer.from(input).toString()).some((text) => text.startsWith('n{'))).toBe(true);
    expect(reached.total().functions).toBeGreaterThan(0);
  });
});

/** The second branch is found from an input that was kept for the first. */
function branching(input: Uint8Array): string {
  if (input[0] !== 110) {
    return 'no';
  }
  if (input[1] === 123) {
    return 'deeper';
  }
  return 'deep';
}
