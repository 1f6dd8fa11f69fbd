import { join } from 'node:path';
import { parseArgs } from 'node:util';

/** What a run is to do, from its command line. */
export function readSetting() {
  const { values } = parseArgs({
    options: {
      minutes: { type: 'string', default: '60' },
      mandates: { type: 'string', default: '100000' },
      share: { type: 'string', default: '0.5' },
      rate: { type: 'string' },
      changes: { type: 'string', default: '500' },
      'reload-seconds': { type: 'string', default: '60' },
      'sample-seconds': { type: 'string', default: '5' },
      seed: { type: 'string', default: '1' },
      out: { type: 'string', default: join(import.meta.dirname, '../results') },
      'no-build': { type: 'boolean', default: false },
    },
  });
  const positive = (name: Exclude<keyof typeof values, 'out' | 'no-build'>): number => {
    const value = Number(values[name]);
    if (value > 0 && Number.isFinite(value)) return value;
    throw new Error(`--${name} must be a number above 0`);
  };
  return {
    minutes: positive('minutes'),
    mandates: positive('mandates'),
    /** Of what the sidecar takes at most. */
    share: positive('share'),
    /** Requests a second instead of a share. */
    ...(values.rate !== undefined && { rate: positive('rate') }),
    /** Transactions a second. */
    changes: positive('changes'),
    reloadSeconds: positive('reload-seconds'),
    sampleSeconds: positive('sample-seconds'),
    seed: positive('seed'),
    out: values.out,
    build: !values['no-build'],
  };
}

export type Setting = ReturnType<typeof readSetting>;
