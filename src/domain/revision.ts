/** A revision of the register: commit order within an epoch; a new epoch (failover, restore) breaks comparison. */
export interface Revision {
  epoch: number;
  n: number;
}

const FORM = /^([1-9][0-9]{0,8})\.(0|[1-9][0-9]{0,14})$/;

export function formatRevision({ epoch, n }: Revision): string {
  return `${epoch}.${n}`;
}

/** Returns undefined for anything that is not `epoch.n`. */
export function parseRevision(text: string): Revision | undefined {
  const match = FORM.exec(text);
  return match ? { epoch: Number(match[1]), n: Number(match[2]) } : undefined;
}

/** Of two epochs the higher is later, whatever the numbers. */
export function isBefore(a: Revision, b: Revision): boolean {
  return a.epoch < b.epoch || (a.epoch === b.epoch && a.n < b.n);
}
