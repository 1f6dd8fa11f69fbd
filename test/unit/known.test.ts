import { describe, expect, it } from 'vitest';
import { entityTag, makeKnown } from '../../src/rollout/known.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const one = { packed: Buffer.from('one'), tag: '"1"' };
const two = { packed: Buffer.from('two'), tag: '"2"' };

function at(begin: number) {
  const clock = { now: begin };
  return { clock, known: makeKnown(() => clock.now) };
}

describe('what a source was found to give', () => {
  it('is asked for by its tag for an hour, and then as a whole: no tag withholds a release for longer', () => {
    const { clock, known } = at(5);
    expect(known.tag()).toBeUndefined();
    known.note(one, 'used');
    clock.now += HOUR - 1;
    expect(known.tag()).toBe('"1"');
    clock.now += 1;
    expect(known.tag()).toBeUndefined();
    expect(known.recognises(one)).toBe(true);
    expect(known.tag()).toBe('"1"');
  });

  it('is recognised by its bytes, whatever the source calls it now', () => {
    const { known } = at(0);
    known.note(one, 'used');
    expect(known.recognises({ packed: one.packed, tag: '"new"' })).toBe(true);
    expect(known.tag()).toBe('"new"');
    expect(known.recognises({ packed: one.packed })).toBe(true);
    expect(known.tag()).toBeUndefined();
    expect(known.recognises({ packed: two.packed, tag: one.tag })).toBe(false);
  });

  it('is tried again after an hour where it was refused, and not where it is in use', () => {
    const { clock, known } = at(0);
    known.note(one, 'used');
    known.note(two, 'refused');
    expect([known.recognises(one), known.recognises(two)]).toEqual([true, true]);
    clock.now = HOUR;
    expect([known.recognises(one), known.recognises(two)]).toEqual([true, false]);
  });

  it('is fetched and tried again at once where the fault may pass', () => {
    const { known } = at(0);
    known.note(one, 'used');
    known.note(two, 'again');
    expect(known.tag()).toBeUndefined();
    expect(known.recognises(two)).toBe(false);
  });

  it('is tried again after five minutes where a busy machine may have been the cause', () => {
    const { clock, known } = at(0);
    known.note(one, 'used');
    known.note(two, 'costly');
    clock.now = 5 * MINUTE - 1;
    expect([known.tag(), known.recognises(two)]).toEqual(['"2"', true]);
    clock.now += 1;
    expect([known.tag(), known.recognises(two)]).toEqual([undefined, false]);
  });

  it('is asked for by its tag no longer than it is refused, however often it was recognised', () => {
    const { clock, known } = at(0);
    known.note(two, 'refused');
    clock.now = HOUR - 1;
    expect(known.recognises(two)).toBe(true);
    clock.now += 1;
    expect([known.tag(), known.recognises(two)]).toEqual([undefined, false]);
  });

  it('that was refused once and is in use now is not refused any more', () => {
    const { clock, known } = at(0);
    known.note(one, 'refused');
    known.note(one, 'used');
    clock.now = 2 * HOUR;
    expect(known.recognises(one)).toBe(true);
  });
});

describe('the tag of a web server', () => {
  it.each(['"1"', 'W/"7"', '""', '"65a-5f3"', `"${'x'.repeat(256)}"`])('%s is one', (tag) => {
    expect(entityTag(tag)).toBe(tag);
  });

  it.each(['*', '"1", "2"', 'W/"1", *', '1', '"1', '', ' "1"', '"a b"', `"${'x'.repeat(257)}"`, undefined])(
    '%s is none, and is not sent back',
    (tag) => {
      expect(entityTag(tag)).toBeUndefined();
    },
  );
});
