import { describe, expect, it } from 'vitest';
import { stageOf } from '../../loadtest/bench/stages.ts';
import { timeByStage } from '../../loadtest/bench/waterfall.ts';

const frame = (url: string, functionName = 'f') => ({ url, functionName });
const program = (file: string) => frame(`file:///app/dist/${file}`);

describe('the stage of a sample', () => {
  it('is that of our nearest function, whatever Node does for it', () => {
    const stack = [frame('node:internal/crypto/hash', 'update'), program('store/keys.js'), program('http/direct.js')];
    expect(stageOf(stack)).toBe('2 identifiers: HMAC');
  });

  it('is sending when the kernel writes, whoever asked for it', () => {
    expect(stageOf([frame('', 'writev'), program('http/respond.js')])).toContain('send');
  });

  it('is none while the process is idle', () => {
    expect(stageOf([frame('', '(idle)')])).toBeUndefined();
  });

  it('is no trap for a function that is called like a property of every object', () => {
    expect(stageOf([frame('', 'constructor'), program('evaluate/evaluate.js')])).toBe('5 evaluation around the policy');
  });

  it('is the rules for WebAssembly below our engine', () => {
    expect(stageOf([frame('wasm://wasm/1a2b'), program('policy/instance.js')])).toContain('rules');
  });
});

describe('the time of stages', () => {
  it('adds up the samples within the window only', () => {
    const nodes = [
      { id: 1, callFrame: frame('', '(root)'), children: [2, 3] },
      { id: 2, callFrame: program('http/direct.js'), children: [4] },
      { id: 3, callFrame: frame('', '(idle)') },
      { id: 4, callFrame: program('records/records.js') },
    ];
    const profile = { nodes, startTime: 1000, samples: [2, 4, 3, 2, 4], timeDeltas: [10, 20, 30, 40, 50] };
    const spent = timeByStage(profile, [1020, 1100]);
    expect([...spent]).toEqual([
      ['5 decision record', 20],
      ['1 question: read and checked', 40],
    ]);
  });
});
