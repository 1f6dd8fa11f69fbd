import { Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { type Screen, startProgress } from '../../src/process/progress.ts';

function makeScreen({ terminal }: { terminal: boolean }): { screen: Screen; text: () => string } {
  let text = '';
  const screen = new Writable({
    write(chunk, _encoding, done) {
      text += String(chunk);
      done();
    },
  });
  return { screen: Object.assign(screen, { isTTY: terminal }), text: () => text };
}

function makeTask(options: { terminal: boolean; total?: number }) {
  const { screen, text } = makeScreen(options);
  let nowMs = 0;
  const progress = startProgress({
    label: 'load mandates',
    unit: 'mandates',
    screen,
    clock: () => nowMs,
    ...(options.total === undefined ? {} : { total: options.total }),
  });
  const at = (ms: number, done: number) => {
    nowMs = ms;
    progress.reach(done);
  };
  return { at, progress, text };
}

describe('progress without a terminal', () => {
  it('writes a line every few seconds with rate and time left', () => {
    const { at, text } = makeTask({ terminal: false, total: 10_000 });
    at(1000, 1000);
    at(4000, 4000);
    at(4500, 4500);
    expect(text()).toBe('load mandates: 4,000 of 10,000 (40%) mandates, 1,000/s, 6.0 s left\n');
  });

  it('promises no end before a hundredth is done', () => {
    const { at, text } = makeTask({ terminal: false, total: 10_000 });
    at(6000, 1);
    at(9000, 100);
    expect(text()).toBe(
      'load mandates: 1 of 10,000 (0%) mandates, 0/s\nload mandates: 100 of 10,000 (1%) mandates, 11/s, 14 min 51 s left\n',
    );
  });

  it('sums up at the end', () => {
    const { at, progress, text } = makeTask({ terminal: false, total: 10_000 });
    at(2000, 10_000);
    progress.end();
    expect(text()).toBe('load mandates: 10,000 mandates in 2.0 s, 5,000/s\n');
  });

  it('says so when it ended before the total', () => {
    const { at, progress, text } = makeTask({ terminal: false, total: 10_000 });
    at(2000, 4000);
    progress.end();
    expect(text()).toContain('ended 6,000 short');
  });

  it('promises no end when nobody knows the total', () => {
    const { at, text } = makeTask({ terminal: false });
    at(4000, 4000);
    expect(text()).toBe('load mandates: 4,000 mandates, 1,000/s\n');
  });

  it('adds up advances', () => {
    const { progress, text } = makeTask({ terminal: false });
    progress.advance(2);
    progress.advance(3);
    progress.end();
    expect(text()).toContain('5 mandates');
  });
});

describe('progress on a terminal', () => {
  it('leaves one summary line behind its bar', () => {
    const { at, progress, text } = makeTask({ terminal: true, total: 10 });
    at(2000, 10);
    progress.end();
    expect(text().endsWith('load mandates: 10 mandates in 2.0 s, 5/s\n')).toBe(true);
  });
});
