import { toError } from '../domain/errors.ts';

/** Everything opened pushes its closer here; closing runs them in reverse. For the process and for tests alike. */
export interface Lifecycle {
  /** Registers how to close what was just opened. Throws when closing has already begun. */
  onClose(name: string, close: () => unknown): void;
  /**
   * Runs all closers, last opened first, one after another. Keeps going after a failure and rethrows the first,
   * with the name of what failed to close. A second call waits for the first.
   */
  close(): Promise<void>;
}

export function makeLifecycle(onFailure: (error: Error) => void = () => {}): Lifecycle {
  const closers: { name: string; close: () => unknown }[] = [];
  let closing: Promise<void> | undefined;

  async function closeAll(): Promise<void> {
    let first: Error | undefined;
    for (const { name, close } of closers.reverse()) {
      try {
        await close();
      } catch (thrown) {
        const error = new Error(`could not close ${name}: ${toError(thrown).message}`, { cause: thrown });
        onFailure(error);
        first ??= error;
      }
    }
    if (first) throw first;
  }

  return {
    onClose(name, close) {
      if (closing !== undefined) throw new Error(`${name} was opened while everything is being closed`);
      closers.push({ name, close });
    },
    close() {
      closing ??= closeAll();
      return closing;
    },
  };
}

/** Opens things that register on `lifecycle`; if that fails half-way, closes what was already open and rethrows. */
export async function opening<T>(lifecycle: Lifecycle, open: () => Promise<T>): Promise<T> {
  try {
    return await open();
  } catch (thrown) {
    // The failure to open is the one worth reporting; a failure to close after it would only hide it.
    await lifecycle.close().catch(() => {});
    throw thrown;
  }
}
