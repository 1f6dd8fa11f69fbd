import { parentPort, workerData } from 'node:worker_threads';
import type { Bundle } from '../policy/bundle.ts';
import { makeCandidate } from './impact-candidate.ts';
import { replayLines } from './replay-chunk.ts';

/** A thread that replays what it is handed; answers in the order asked. */
export interface ReplayWorkerData {
  bundle: Bundle;
  maxExamples: number;
}

const { bundle, maxExamples } = workerData as ReplayWorkerData; // replay-threads.ts hands over nothing else
const candidate = makeCandidate(bundle);

parentPort?.on('message', (bytes: Uint8Array) => {
  parentPort?.postMessage(replayLines(bytes, candidate, maxExamples));
});
