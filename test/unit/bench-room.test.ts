import { describe, expect, it } from 'vitest';
import { lacksRoom } from '../../loadtest/bench/room.ts';

const GIB = 2 ** 30;

describe('room for an engine of the bench', () => {
  it('is there for ten thousand mandates on a small machine, and not for ten million', () => {
    expect(lacksRoom({ store: 'memory' }, 10_000, 4 * GIB)).toBeUndefined();
    expect(lacksRoom({ store: 'memory' }, 10_000_000, 24 * GIB)).toBe(
      'would take some 112.1 GiB; 24.0 GiB are free, of which 2 are kept',
    );
  });

  it('does not depend on the mandates where the engine holds none', () => {
    expect(lacksRoom({ store: 'request' }, 10_000_000, 4 * GIB)).toBeUndefined();
    expect(lacksRoom({ store: 'request' }, 10_000, 2 * GIB)).toContain('2.0 GiB are free');
  });
});
