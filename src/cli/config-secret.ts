import { inspect } from 'node:util';

/** A value that shows as `[redacted]` wherever it is printed, logged or turned into JSON; `reveal` is the only way in. */
export interface Secret<T> {
  reveal(): T;
}

const REDACTED = '[redacted]';

export function makeSecret<T>(value: T): Secret<T> {
  const shown = () => REDACTED;
  return Object.freeze({ reveal: () => value, toString: shown, toJSON: shown, [inspect.custom]: shown });
}
