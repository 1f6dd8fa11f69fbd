/** A bounded map that forgets what was not used for longest, about: by the half, so that a hit costs one lookup. */
export interface Generations<K, V> {
  get(key: K): V | undefined;
  set(key: K, value: V): void;
  delete(key: K): void;
  clear(): void;
  size(): { bytes: number; entries: number };
}

/**
 * New and used entries stand in the young half; when that is full it becomes the old half, and the old one is
 * forgotten. What is used in the old half moves to the young one.
 */
export function makeTwoGenerations<K, V>(maxBytes: number, sizeOf: (key: K, value: V) => number): Generations<K, V> {
  let young = new Map<K, V>();
  let old = new Map<K, V>();
  let youngBytes = 0;
  let oldBytes = 0;

  function set(key: K, value: V): void {
    forget(key);
    const size = sizeOf(key, value);
    if (size > maxBytes / 2) return;
    if (youngBytes + size > maxBytes / 2) {
      old = young;
      oldBytes = youngBytes;
      young = new Map();
      youngBytes = 0;
    }
    young.set(key, value);
    youngBytes += size;
  }

  function forget(key: K): void {
    const inYoung = young.get(key);
    if (inYoung !== undefined) {
      young.delete(key);
      youngBytes -= sizeOf(key, inYoung);
    }
    const inOld = old.get(key);
    if (inOld === undefined) return;
    old.delete(key);
    oldBytes -= sizeOf(key, inOld);
  }

  return {
    get(key) {
      const value = young.get(key);
      if (value !== undefined) return value;
      const aged = old.get(key);
      if (aged !== undefined) set(key, aged);
      return aged;
    },
    set,
    delete: forget,
    clear() {
      young = new Map();
      old = new Map();
      youngBytes = 0;
      oldBytes = 0;
    },
    size: () => ({ bytes: youngBytes + oldBytes, entries: young.size + old.size }),
  };
}
