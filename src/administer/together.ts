/**
 * What is asked in one turn of the event loop is asked at once: the facts for two hundred acts cost as many round trips
 * as those for one. What has been asked is not asked again.
 * @param ask answers in the order of the keys
 */
export function askTogether<K, V>(
  ask: (keys: K[]) => Promise<V[]>,
  nameOf: (key: K) => string,
): (key: K) => Promise<V> {
  const known = new Map<string, Promise<V>>();
  let waiting: { key: K; resolve: (value: V) => void; reject: (error: unknown) => void }[] = [];
  const flush = () => {
    const asked = waiting;
    waiting = [];
    ask(asked.map(({ key }) => key)).then(
      (values) => {
        for (const [place, { resolve, reject }] of asked.entries()) {
          if (place < values.length)
            resolve(values[place] as V); // As many as were asked.
          else reject(new Error('an answer is missing'));
        }
      },
      (error: unknown) => {
        for (const { reject } of asked) reject(error);
      },
    );
  };
  return (key) => {
    const name = nameOf(key);
    const before = known.get(name);
    if (before !== undefined) return before;
    const answer = new Promise<V>((resolve, reject) => {
      if (waiting.length === 0) setImmediate(flush);
      waiting.push({ key, resolve, reject });
    });
    known.set(name, answer);
    return answer;
  };
}
