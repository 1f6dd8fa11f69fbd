import { describe, expect, test } from 'vitest';
import { askTogether } from '../../src/administer/together.ts';

function counting(answer: (key: string) => string = (key) => key.toUpperCase()) {
  const rounds: string[][] = [];
  const ask = askTogether<string, string>(async (keys) => {
    rounds.push(keys);
    return keys.map(answer);
  }, String);
  return { ask, rounds };
}

describe('what is asked in one turn', () => {
  test('is asked at once, each with its own answer', async () => {
    const { ask, rounds } = counting();
    expect(await Promise.all(['a', 'b', 'a'].map(ask))).toEqual(['A', 'B', 'A']);
    expect(rounds).toEqual([['a', 'b']]);
  });

  test('is not asked again, and what is new is', async () => {
    const { ask, rounds } = counting();
    await ask('a');
    expect(await Promise.all([ask('a'), ask('c')])).toEqual(['A', 'C']);
    expect(rounds).toEqual([['a'], ['c']]);
  });

  test('fails for all who asked, and for nobody else', async () => {
    let fails = true;
    const ask = askTogether<string, string>(async (keys) => {
      if (fails) throw new Error('gone');
      return keys;
    }, String);
    const results = await Promise.allSettled([ask('a'), ask('b')]);
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    fails = false;
    expect(await ask('c')).toBe('c');
  });

  test('never gets the answer of another when one is missing', async () => {
    const ask = askTogether<string, string>(async (keys) => keys.slice(1), String);
    const results = await Promise.allSettled([ask('a'), ask('b')]);
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  });
});
