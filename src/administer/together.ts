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
    const refuse = (error: unknown) => {
      for (const { reject } of asked) reject(error);
    };
    ask(asked.map(({ key }) => key)).then((values) => {
      // Then nobody knows whose answer is whose.
      if (values.length !== asked.length) refuse(new Error('an answer is missing'));
      for (const [place, { resolve }] of asked.entries()) resolve(values[place] as V); // As many as were asked.
    }, refuse);
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
