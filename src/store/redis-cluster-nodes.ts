/** `host:port`; an IPv6 address in brackets. */
export type ClusterAddress = string;

/** What one server says of a master. */
export interface SlotHolder {
  address: ClusterAddress;
  /** Of its configuration: of two masters that claim one slot, the higher holds it. */
  epoch: number;
  /** First and last slot of each range. */
  ranges: [number, number][];
}

/**
 * The masters that an answer to CLUSTER NODES names, with their slots. Who is known to have failed, or has no address, is left out.
 * @param askedAt what stands for a server that does not know its own address
 */
export function mastersIn(says: string, askedAt: ClusterAddress): SlotHolder[] {
  return says.split('\n').flatMap((line) => {
    const [, place = '', flagsText = '', , , , epoch, , ...slots] = line.trim().split(' ');
    const flags = flagsText.split(',');
    const isUsable = flags.includes('master') && !['fail', 'handshake', 'noaddr'].some((flag) => flags.includes(flag));
    const address = addressIn(place, askedAt);
    if (!isUsable || address === undefined) return [];
    return [{ address, epoch: Number(epoch), ranges: slots.flatMap(rangeIn) }];
  });
}

/** `ip:port@busport`, `ip:port@busport,hostname` and more behind it. A name is preferred: certificates hold names. */
function addressIn(place: string, askedAt: ClusterAddress): ClusterAddress | undefined {
  const [where = '', name] = place.split(',');
  const [, ip = '', port] = /^(.*):(\d+)(?:@\d+)?$/.exec(where) ?? [];
  if (port === undefined) return undefined;
  const host = name || (ip.includes(':') ? `[${ip}]` : ip) || askedAt.slice(0, askedAt.lastIndexOf(':'));
  return `${host}:${port}`;
}

/** `7`, `0-5460`; what is on its way stands in brackets (`[93->-…]`), and counts where it is held until it has arrived. */
function rangeIn(text: string): [number, number][] {
  const [, from, to = from] = /^(\d+)(?:-(\d+))?$/.exec(text) ?? [];
  return from === undefined ? [] : [[Number(from), Number(to)]];
}

const SLOTS = 16_384;

/** The slot of a key (Redis Cluster specification): CRC-16/XMODEM of its hash tag, or of all of it without one. */
export function slotOf(key: string): number {
  const tag = /^[^{]*\{([^}]+)\}/.exec(key)?.[1] ?? key;
  let crc = 0;
  for (const byte of Buffer.from(tag)) {
    crc ^= byte << 8;
    for (let bit = 0; bit < 8; bit++) crc = crc & 0x8000 ? (crc << 1) ^ 0x1021 : crc << 1;
  }
  return (crc & 0xffff) % SLOTS;
}
