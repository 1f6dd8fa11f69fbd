import type { Worker } from 'node:cluster';

interface Closable {
  close(): void;
}

/**
 * node:cluster forgets the connection that it was handing over when the worker ends, and keeps it open: its caller would
 * wait for nothing. One a listener can be under way; closing what has arrived does nothing, for that is closed here.
 */
export function closeUndelivered({ process: child }: Pick<Worker, 'process'>): void {
  const underWay = new Map<unknown, Closable>();
  const send = child.send.bind(child) as (...words: unknown[]) => boolean; // Whatever comes is passed on as it is.
  child.send = (...words: [unknown, ...unknown[]]): boolean => {
    const [word, handle] = words;
    if (isClosable(handle)) underWay.set(keyOf(word), handle);
    return send(...words);
  };
  child.once('exit', () => {
    for (const handle of underWay.values()) handle.close();
  });
}

/** Of the listener. */
function keyOf(word: unknown): unknown {
  return typeof word === 'object' && word !== null && 'key' in word ? word.key : undefined;
}

function isClosable(value: unknown): value is Closable {
  return typeof value === 'object' && value !== null && 'close' in value && typeof value.close === 'function';
}
