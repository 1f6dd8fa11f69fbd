import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { makeLifecycle } from '../../src/process/lifecycle.ts';
import type { Peer } from './peer.ts';

/** The same engine with a folder of its own in each run, and nothing left running of a start that failed. */
export function contained(peer: Peer): Peer {
  return {
    ...peer,
    async start(options) {
      const own = makeLifecycle();
      options.lifecycle.onClose(peer.name, own.close);
      try {
        return await peer.start({ ...options, lifecycle: own, folder: mkdtempSync(join(options.folder, 'peer-')) });
      } catch (thrown) {
        await own.close();
        throw thrown;
      }
    },
  };
}
