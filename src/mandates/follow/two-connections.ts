/** A Redis client as far as it can be told to connect anew. */
interface Connection {
  disconnect(reconnect: boolean): void;
}

export const TWO_SERVERS = 'the two connections to Redis lead to two servers; they are being made anew';

/**
 * Which server process is behind the connection that lookups read through, and which behind the one that waits for
 * changes. One address may lead to two: a replica beside the primary, the old primary beside the new one. What the
 * one forgets to say must not be read from the other.
 */
export function makeTwoConnections(lookups: Connection, changes: Connection) {
  const runIds = new Map<'lookups' | 'changes', string>();
  const of = (which: 'lookups' | 'changes') => runIds.get(which);
  const areKnown = () => runIds.size === 2;
  return {
    isKnown: (which: 'lookups' | 'changes') => runIds.has(which),
    /** Undefined: the connection is new, or gone. */
    set(which: 'lookups' | 'changes', runId: string | undefined): void {
      if (runId === undefined) runIds.delete(which);
      else runIds.set(which, runId);
    },
    leadToOne: () => areKnown() && of('lookups') === of('changes'),
    leadToTwo: () => areKnown() && of('lookups') !== of('changes'),
    /** Either may be the wrong one. */
    connectAnew(): void {
      for (const connection of [lookups, changes]) connection.disconnect(true);
    },
  };
}
