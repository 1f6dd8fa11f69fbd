import { Counter, Gauge, Registry } from 'prom-client';
import { describe, expect, it } from 'vitest';
import { makeSummedMetrics } from '../../src/process/workers-metrics.ts';

/** What one worker tells: so many counted, so much held, data so old. */
async function samples(counted: number, held: number, age: number) {
  const registers = [new Registry()];
  new Counter({ name: 'counted_total', help: 'x', registers }).inc(counted);
  new Gauge({ name: 'held', help: 'x', registers }).set(held);
  new Gauge({ name: 'age', help: 'x', registers, aggregator: 'max' }).set(age);
  return (registers[0] as Registry).getMetricsAsJSON();
}

function sumOver() {
  const own = new Registry();
  new Counter({ name: 'own_total', help: 'x', registers: [own] }).inc(7);
  new Counter({ name: 'counted_total', help: 'x', registers: [own] }).inc(1000);
  return makeSummedMetrics({ own, tellsOf: (name) => name.startsWith('own_') });
}

const linesOf = (text: string) => text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));

describe('the metrics of several workers', () => {
  it('are sums, or the worst of all, with what the first process does itself', async () => {
    const of = new Map([
      [1, await samples(10, 3, 0.5)],
      [2, await samples(20, 4, 2)],
    ]);
    expect(linesOf(await sumOver().text(of))).toEqual(['counted_total 30', 'held 7', 'age 2', 'own_total 7']);
  });

  it('tell of data of unknown age, when one does not know it', async () => {
    const of = new Map([
      [1, await samples(0, 0, 0.5)],
      [2, await samples(0, 0, Number.NaN)],
    ]);
    expect(linesOf(await sumOver().text(of))).toContain('age Nan');
  });

  it('never count less than before, while a worker is mute, has ended and begins anew', async () => {
    const sum = sumOver();
    const one = await samples(10, 3, 0);
    await sum.text(new Map([...[[1, one] as const], [2, await samples(20, 4, 0)] as const]));
    expect(linesOf(await sum.text(new Map([[1, one]])))).toContain('counted_total 30');
    await sum.ended(2);
    expect(linesOf(await sum.text(new Map([[1, one]])))).toContain('counted_total 30');
    const anew = await samples(5, 1, 0);
    expect(linesOf(await sum.text(new Map([...[[1, one] as const], [2, anew] as const])))).toContain(
      'counted_total 35',
    );
    await sum.ended(2);
    await sum.ended(1);
    expect(linesOf(await sum.text(new Map()))).toEqual(['counted_total 35', 'own_total 7']);
  });

  it('hold only what workers hold that are there', async () => {
    const sum = sumOver();
    await sum.text(new Map([[1, await samples(10, 3, 9)]]));
    await sum.ended(1);
    const text = await sum.text(new Map([[2, await samples(1, 1, 1)]]));
    expect(linesOf(text)).toEqual(['counted_total 11', 'held 1', 'age 1', 'own_total 7']);
  });
});
