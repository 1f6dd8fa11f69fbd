import { Agent, request } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';

export interface Asker {
  /** So many questions were answered under each revision, and what with; insertion order. */
  answers(): Map<string, { count: number; allow: Set<boolean> }>;
  /** Questions that got no answer. */
  dropped(): number;
  end(): Promise<void>;
}

const PAUSE_MS = 10;

/** An application that goes on asking the same question, over connections that it keeps. */
export function startAsking(url: string, body: string): Asker {
  const agent = new Agent({ keepAlive: true, maxSockets: 2 });
  const answers = new Map<string, { count: number; allow: Set<boolean> }>();
  let dropped = 0;
  let asking = true;
  const ask = async () => {
    while (asking) {
      const answer = await decide(url, body, agent).catch(() => undefined);
      if (answer === undefined) dropped += 1;
      else {
        const known = answers.get(answer.policy_revision) ?? { count: 0, allow: new Set() };
        known.count += 1;
        known.allow.add(answer.allow);
        answers.set(answer.policy_revision, known);
      }
      await wait(PAUSE_MS);
    }
  };
  const done = Promise.all([ask(), ask()]);
  return {
    answers: () => answers,
    dropped: () => dropped,
    async end() {
      asking = false;
      await done;
      agent.destroy();
    },
  };
}

export interface Decision {
  allow: boolean;
  reasons: string[];
  policy_revision: string;
}

export function decide(url: string, body: string, agent?: Agent): Promise<Decision> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
    const asked = request(`${url}/v1/decision`, { method: 'POST', headers, ...(agent && { agent }) }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (part: string) => {
        text += part;
      });
      response.on('error', reject);
      response.on('end', () => {
        if (response.statusCode === 200) resolve(JSON.parse(text));
        else reject(new Error(`${response.statusCode} ${text}`));
      });
    });
    asked.on('error', reject);
    asked.end(body);
  });
}
