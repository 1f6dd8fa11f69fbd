import { workersOf } from '../support/workers.ts';
import { type Scenario, type Stage, times } from './scenario.ts';

/** Sidecars of several processes that share a port: some end or stand still while others answer. */
export const WORKERS: readonly Scenario[] = [
  {
    name: 'a worker is killed',
    on: 'workers',
    does: 'One of the worker processes of a sidecar is killed (SIGKILL), again and again.',
    sees: 'Its connections break; the others answer; the next in its seat answers when it is fresh, and goes on with the chain of records.',
    async strike(stage) {
      for (const _ of times(4)) {
        send(someWorker(stage), 'SIGKILL');
        stage.struck();
        await stage.wait(200, 2500);
      }
    },
  },
  {
    name: 'a worker is frozen',
    on: 'workers',
    does: 'One of them is stopped (SIGSTOP) for longer than the bound of staleness, and goes on; the others answer meanwhile.',
    sees: 'Its connections wait; what it answers when it wakes is of its new position. The sidecar is not live meanwhile.',
    async strike(stage) {
      const worker = someWorker(stage);
      await frozen(worker, async () => {
        stage.struck();
        await stage.wait(stage.rig.maxStalenessMs * 1.2, stage.rig.maxStalenessMs * 2);
      });
      await stage.wait(200, 500);
    },
  },
  {
    name: 'a worker stutters',
    on: 'workers',
    does: 'One of them is stopped and goes on, again and again, for up to half of the bound: it hears of changes later than the others.',
    sees: 'Each answer says its own revision and age, and both are true.',
    isLong: true,
    async strike(stage) {
      const worker = someWorker(stage);
      for (const _ of times(6)) {
        await frozen(worker, async () => {
          stage.struck();
          await stage.wait(20, stage.rig.maxStalenessMs / 2);
        });
        await stage.wait(20, 200);
      }
    },
  },
  {
    name: 'a worker is stopped by itself',
    on: 'workers',
    does: 'One of them is told to end (SIGTERM), twice, while it answers.',
    sees: 'It answers what it owes, and is replaced.',
    async strike(stage) {
      for (const _ of times(2)) {
        const worker = someWorker(stage);
        send(worker, 'SIGTERM');
        stage.struck();
        await stage.wait(0, 20);
        send(worker, 'SIGTERM');
        await stage.wait(1000, 3000);
      }
    },
  },
  {
    name: 'the first process of several is killed',
    on: 'workers',
    does: 'The process that shares out connections is killed (SIGKILL) and started again at once.',
    sees: 'Workers end with it; the next ones take their seats and go on with their chains.',
    isLong: true,
    async strike(stage) {
      const one = stage.sidecar();
      await one.kill();
      stage.struck();
      await one.start();
      await stage.wait(500, 1500);
    },
  },
];

/** Who has just ended may have no successor yet. */
function someWorker({ sidecar, dice }: Stage): number | undefined {
  const all = workersOf({ pid: sidecar().pid() });
  return all.length === 0 ? undefined : dice.pick(all);
}

function send(worker: number | undefined, signal: NodeJS.Signals): void {
  if (worker === undefined) return;
  try {
    process.kill(worker, signal);
  } catch {
    // It has ended by itself.
  }
}

async function frozen(worker: number | undefined, meanwhile: () => Promise<void>): Promise<void> {
  send(worker, 'SIGSTOP');
  try {
    await meanwhile();
  } finally {
    send(worker, 'SIGCONT');
  }
}
