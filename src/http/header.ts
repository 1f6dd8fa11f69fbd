import type { IncomingMessage } from 'node:http';
import type { Header } from './exchange.ts';

/**
 * Looks headers up where they stand. node:http would make an object of all for the first that is asked for: for the
 * few that a question brings, that takes three times as long.
 */
export function headersOf(incoming: IncomingMessage): Header {
  const { rawHeaders } = incoming; // names and values in turn
  return function header(name) {
    let found: string | undefined;
    for (let at = 0; at < rawHeaders.length; at += 2) {
      const given = rawHeaders[at];
      if (given?.length !== name.length || (given !== name && given.toLowerCase() !== name)) continue;
      // Which of two counts, or whether both do, is for node:http to say.
      if (found !== undefined) return joined(incoming, name);
      found = rawHeaders[at + 1];
    }
    return found;
  };
}

function joined(incoming: IncomingMessage, name: string): string | undefined {
  const value = incoming.headers[name];
  return typeof value === 'string' ? value : undefined;
}
