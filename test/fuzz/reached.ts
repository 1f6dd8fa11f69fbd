import { type Profiler, Session } from 'node:inspector';
import { fileURLToPath } from 'node:url';

export interface Reached {
  begin(): void;
  /**
   * What was reached since the last look, in characters of source that nothing reached before; `forget`: it counts as
   * not reached yet when it is reached again.
   */
  look(then: 'keep' | 'forget'): number;
  /** From now on the code runs as fast as ever. */
  end(): void;
  /** Functions entered, and characters of their source that were reached. */
  total(): { functions: number; characters: number };
}

/**
 * Which of the sources was ever executed, by V8's own block coverage: no build of its own, and the code runs as it
 * always does, if slower.
 * @param isSource by the path of a file
 */
export function watchReached(isSource: (path: string) => boolean): Reached {
  const session = new Session();
  const functions = new Map<string, Uint8Array>();

  /** The answer comes before `post` returns, since the session is of this thread. */
  function take(): Profiler.ScriptCoverage[] {
    let scripts: Profiler.ScriptCoverage[] = [];
    session.post('Profiler.takePreciseCoverage', (error, taken) => {
      if (error) throw error;
      scripts = taken.result;
    });
    return scripts.filter(({ url }) => url.startsWith('file:') && isSource(fileURLToPath(url)));
  }

  return {
    begin() {
      session.connect();
      session.post('Profiler.enable');
      session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });
    },
    look(then) {
      let fresh = 0;
      for (const { scriptId, functions: found } of take()) {
        for (const { ranges } of found) fresh += mark(functions, scriptId, ranges, then);
      }
      return fresh;
    },
    end() {
      session.post('Profiler.stopPreciseCoverage');
      session.disconnect();
    },
    total: () => ({
      functions: functions.size,
      characters: [...functions.values()].reduce((sum, marks) => sum + marks.reduce((all, one) => all + one, 0), 0),
    }),
  };
}

/** Inner ranges come behind outer ones and say better. Returns how many characters were reached for the first time. */
function mark(
  functions: Map<string, Uint8Array>,
  script: string,
  ranges: Profiler.CoverageRange[],
  then: 'keep' | 'forget',
): number {
  const [whole] = ranges;
  if (whole === undefined || whole.count === 0) return 0;
  const { startOffset: start, endOffset: end } = whole;
  const name = `${script} ${start} ${end}`;
  const marks = functions.get(name) ?? new Uint8Array(end - start);
  if (then === 'keep') functions.set(name, marks);
  const now = new Uint8Array(end - start);
  for (const { startOffset, endOffset, count } of ranges) {
    now.fill(count > 0 ? 1 : 0, startOffset - start, endOffset - start);
  }
  let fresh = 0;
  for (const [at, reached] of now.entries()) {
    if (reached === 0 || marks[at] === 1) continue;
    if (then === 'keep') marks[at] = 1;
    fresh++;
  }
  return fresh;
}
