import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../src/cli/config.ts';

const load = (env: Record<string, string>) => loadConfig({ ...env }, 'dev');

describe('a bundle to try', () => {
  it('is none unless one is named', () => {
    expect(load({}).shadow).toBeUndefined();
  });

  it('has a share and a bound by itself', () => {
    expect(load({ MACHTIG_SHADOW_BUNDLE: 'b.tar.gz' }).shadow).toEqual({
      bundle: 'b.tar.gz',
      share: 0.1,
      cpuPercent: 5,
    });
    const given = { MACHTIG_SHADOW_BUNDLE: 'b.tar.gz', MACHTIG_SHADOW_SHARE: '1', MACHTIG_SHADOW_CPU: '12.5' };
    expect(load(given).shadow).toEqual({ bundle: 'b.tar.gz', share: 1, cpuPercent: 12.5 });
  });

  it('is signed in production, as the one that answers', () => {
    const production = { MACHTIG_SHADOW_BUNDLE: 'b.tar.gz', MACHTIG_MODE: 'production' };
    expect(() => load(production)).toThrow('MACHTIG_SHADOW_BUNDLE must be signed in production');
  });

  it.each(['MACHTIG_SHADOW_SHARE', 'MACHTIG_SHADOW_CPU'])('is not half configured: %s alone is refused', (name) => {
    expect(() => load({ [name]: '0.5' })).toThrow(`${name} needs MACHTIG_SHADOW_BUNDLE`);
  });

  it.each([
    ['MACHTIG_SHADOW_SHARE', '0'],
    ['MACHTIG_SHADOW_SHARE', '1.01'],
    ['MACHTIG_SHADOW_CPU', '0'],
    ['MACHTIG_SHADOW_CPU', '101'],
    ['MACHTIG_SHADOW_CPU', '-1'],
  ])('refuses %s=%s', (name, value) => {
    expect(() => load({ MACHTIG_SHADOW_BUNDLE: 'b.tar.gz', [name]: value })).toThrow(
      `${name} must be a number above 0`,
    );
  });
});
