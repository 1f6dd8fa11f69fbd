import { setTimeout as sleep } from 'node:timers/promises';
import type { PolicyStatus, TriedStatus } from '../../src/rollout/status.ts';
import { eventually } from './eventually.ts';
import type { Process } from './program.ts';

/** Questions without a pause, from several callers, and what came of them. */
export interface Questioning {
  /** Releases that answered, in the order of the answers. */
  answers: string[];
  /** What was no answer. */
  dropped: string[];
  /** Callers that ask one question after another; resolves when all have their last answer. */
  stop(): Promise<void>;
}

const CALLERS = 4;
const PAUSE_MS = 10;

export function question(sidecar: Process): Questioning {
  const [answers, dropped]: [string[], string[]] = [[], []];
  let asking = true;
  const ask = async () => {
    while (asking) {
      await evaluate(sidecar).then(
        (release) => answers.push(release),
        (thrown) => dropped.push(String(thrown)),
      );
      await sleep(PAUSE_MS);
    }
  };
  const asked = Promise.all(Array.from({ length: CALLERS }, ask));
  return {
    answers,
    dropped,
    async stop() {
      asking = false;
      await asked;
    },
  };
}

/** The release that answers one question. */
export async function evaluate(sidecar: Process): Promise<string> {
  const entity = { type: 'x', id: 'y' };
  const response = await fetch(`${sidecar.url}/access/v1/evaluation`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ subject: entity, resource: entity, action: { name: 'z' } }),
  });
  const text = await response.text();
  if (response.status !== 200) throw new Error(`${response.status} ${text}`);
  return JSON.parse(text).context.release;
}

export const statusOf = async (sidecar: Process) =>
  (await (await fetch(`${sidecar.opsUrl}/policy`)).json()) as PolicyStatus;

/** What came of the first thing that is tried after this one. */
export async function triedAfter(sidecar: Process, before: PolicyStatus): Promise<TriedStatus> {
  return eventually(
    'something was tried',
    async () => {
      const { last_tried } = await statusOf(sidecar);
      return last_tried?.at !== before.last_tried?.at && last_tried;
    },
    90_000,
  );
}
