import { describe, expect, it } from 'vitest';
import { makeLog } from '../../src/process/log.ts';

function logged(write: (log: ReturnType<typeof makeLog>) => void): string {
  let text = '';
  write(makeLog({ level: 'debug', destination: { write: (line) => (text += line) } }));
  return text;
}

describe('the log', () => {
  it('is JSON, a line a message', () => {
    expect(JSON.parse(logged((log) => log.info({ port: 8181 }, 'ready')))).toMatchObject({ msg: 'ready', port: 8181 });
  });

  it.each([
    (log) => log.error(new Error('urn:nl:bsn:123456782 is not known')),
    (log) => log.info({ actor: 'urn:etoegang:pseudonym:4f2a@9b' }, 'asked'),
    (log) => log.warn({ deep: { er: { text: 'x urn:nl:bsn:123456782, y' } } }),
    (log) => log.child({ subject: 'urn:nl:bsn:123456782' }).info('hello urn:nl:bsn:123456782'),
  ] satisfies ((log: ReturnType<typeof makeLog>) => void)[])('never holds a personal number (%#)', (write) => {
    const text = logged(write);
    expect(text).not.toMatch(/123456782|4f2a@9b/);
    expect(() => JSON.parse(text)).not.toThrow();
  });

  it('never holds a secret', () => {
    const text = logged((log) => {
      log.info({ headers: { authorization: 'Bearer abc' }, token: 'abc', config: { redis: { password: 'abc' } } });
      log.error(new Error('cannot connect to postgres://user:abc@host/db'));
    });
    expect(text).not.toContain('abc');
    expect(text).toContain('host/db');
  });
});
