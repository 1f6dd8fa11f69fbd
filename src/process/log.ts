import { type DestinationStream, type Logger, pino } from 'pino';

export type Log = Logger;

export const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** Keys whose values never reach a log line, wherever they stand one or two levels deep. */
const SECRET_KEYS = ['authorization', 'password', 'token', 'secret', 'hmacKey', 'sealKey', 'cookie'];

/** Identifiers of natural persons and their means, in whatever text they turn up (also inside error messages). */
const PERSONAL = /(urn:nl:bsn:|urn:etoegang:pseudonym:)[^\s"'\\,)}\]]+/g;
const CREDENTIALS_IN_URL = /([a-z][a-z0-9+.-]*:\/\/)[^\s"'\\/@]*@/gi;

/** JSON lines on standard output (or `destination`), without secrets and without personal numbers. */
export function makeLog(options: { level?: LogLevel; destination?: DestinationStream } = {}): Log {
  const settings = {
    level: options.level ?? 'info',
    base: null,
    redact: {
      paths: SECRET_KEYS.flatMap((key) => [key, `*.${key}`, `*.*.${key}`]),
      censor: '[redacted]',
    },
    hooks: { streamWrite: (line: string) => withoutPersonal(line).replace(CREDENTIALS_IN_URL, '$1[redacted]@') },
  };
  return options.destination === undefined ? pino(settings) : pino(settings, options.destination);
}

/** The text with the numbers of natural persons and their means blacked out; JSON stays JSON. */
export function withoutPersonal(text: string): string {
  if (!text.includes('urn:nl:bsn:') && !text.includes('urn:etoegang:pseudonym:')) return text;
  return text.replace(PERSONAL, '$1[redacted]');
}
