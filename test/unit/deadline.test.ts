import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { makeDeadline } from '../../src/process/deadline.ts';
import { eventually } from '../support/eventually.ts';

describe('a deadline', () => {
  it('aborts when its time is over, and says that it was that', async () => {
    const deadline = makeDeadline(new AbortController().signal, 10);
    await eventually('it aborts', () => deadline.signal.aborted);
    expect(deadline.isOver()).toBe(true);
    expect(String(deadline.signal.reason)).toContain('not done within 10 ms');
  });

  it('aborts with the other signal, for its reason, before or after it was made', () => {
    const outer = new AbortController();
    const before = makeDeadline(outer.signal, 60_000);
    outer.abort('stopping');
    const after = makeDeadline(outer.signal, 60_000);
    for (const deadline of [before, after]) {
      expect({ reason: deadline.signal.reason, over: deadline.isOver() }).toEqual({ reason: 'stopping', over: false });
      deadline.clear();
    }
  });

  it('that is cleared never aborts', () => {
    const outer = new AbortController();
    const deadline = makeDeadline(outer.signal, 60_000);
    deadline.clear();
    outer.abort();
    expect(deadline.signal.aborted).toBe(false);
  });

  it('aborts though nobody but its listener knows it, and garbage is collected', () => {
    const program = `
      import { register } from 'tsx/esm/api';
      register();
      const { makeDeadline } = await import(${JSON.stringify(pathToFileURL(join(import.meta.dirname, '../../src/process/deadline.ts')).href)});
      const outer = new AbortController();
      const aborted = new Promise((resolve) => {
        const deadline = makeDeadline(outer.signal, 300);
        deadline.signal.addEventListener('abort', resolve);
      });
      const collecting = setInterval(gc, 20);
      setTimeout(() => process.exit(1), 10_000);
      await aborted;
      process.exit(0);
    `;
    const args = ['--expose-gc', '--input-type=module', '--eval', program];
    expect(spawnSync(process.execPath, args, { cwd: join(import.meta.dirname, '../..') }).status).toBe(0);
  });
});
