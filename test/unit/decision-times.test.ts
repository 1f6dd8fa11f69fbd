import { AggregatorRegistry, Histogram, Registry } from 'prom-client';
import { describe, expect, it } from 'vitest';
import { makeMetrics } from '../../src/process/metrics.ts';

const SECONDS = [0.00001, 0.000025, 0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.05, 0.25, 1];

describe('the histogram of decisions', () => {
  const both = () => {
    const [metrics, registry] = [makeMetrics(), new Registry()];
    const twin = new Histogram({
      name: 'machtig_decision_seconds',
      help: 'From question to recorded answer, without HTTP.',
      buckets: SECONDS,
      registers: [registry],
    });
    const texts = async () => [
      await metrics.registry.getSingleMetricAsString('machtig_decision_seconds'),
      await registry.getSingleMetricAsString('machtig_decision_seconds'),
    ];
    return { metrics, twin, registry, texts };
  };

  it('reads as that of the library', async () => {
    const { metrics, twin, texts } = both();
    const [before, expectedBefore] = await texts();
    expect(before).toBe(expectedBefore);
    for (const seconds of [0, ...SECONDS, 0.000026, 0.3, 2, 100]) {
      metrics.decisionSeconds.observe(seconds);
      twin.observe(seconds);
    }
    const [after, expectedAfter] = await texts();
    expect(after).toBe(expectedAfter);
    expect(after).toContain('machtig_decision_seconds_count 18');
  });

  it('adds up over worker processes as that of the library', async () => {
    const { metrics, twin, registry } = both();
    metrics.decisionSeconds.observe(0.02);
    twin.observe(0.02);
    const twice = async (of: Registry) => {
      const one = await of.getMetricsAsJSON();
      return AggregatorRegistry.aggregate([one, one]).getSingleMetricAsString('machtig_decision_seconds');
    };
    expect(await twice(metrics.registry)).toBe(await twice(registry));
  });
});
