import type { SeedCatalogue } from '../../src/register/seed-catalogue.ts';
import type { SeedWorld } from '../../src/register/seed-world.ts';
import { LEVELS, type Level, type PeerService } from './register.ts';

/** The services of the seeded catalogue, and which of them a scope means. */
export interface WorldServices {
  byId: ReadonlyMap<string, PeerService>;
  /** Inactive ones and portals, which the shared rules leave out. */
  odd: ReadonlySet<string>;
  /** ServiceIDs of all instances. */
  ofDefinition(service: number): readonly string[];
  /** Only members that grantors have confirmed. */
  ofSet(set: number): readonly string[];
  ofOwner(owner: number): readonly string[];
}

export function servicesOf(catalogue: SeedCatalogue): WorldServices {
  const { services, sets, portals, serviceId } = catalogue;
  const ids = services.map(({ owners }, service) => owners.map((_, instance) => serviceId(service, instance)));
  const byOwner = new Map<number, string[]>();
  const byId = new Map<string, PeerService>();
  for (const [service, { owners, loa, chains, branches }] of services.entries()) {
    const level = LEVELS.indexOf(loa) as Level;
    for (const [instance, owner] of owners.entries()) {
      const id = serviceId(service, instance);
      byId.set(id, { id, level, chains, branches });
      byOwner.set(owner, [...(byOwner.get(owner) ?? []), id]);
    }
  }
  const inactive = ids.filter((_, service) => service % 97 === 96).flat();
  const ofDefinition = (service: number) => ids[service] ?? [];
  const confirmed = (members: readonly number[]) => (members.length > 3 ? members.slice(0, -1) : members);
  const bySet = sets.map(({ members }) => confirmed(members).flatMap(ofDefinition));
  return {
    byId,
    odd: new Set([...inactive, ...portals.map(({ portal }) => portal)]),
    ofDefinition,
    ofSet: (set) => bySet[set] ?? [],
    ofOwner: (owner) => byOwner.get(owner) ?? [],
  };
}

/** Which party of the world a URN names. */
export interface PartyNumbers {
  party(urn: string): number | undefined;
  employee(urn: string): { party: number; k: number } | undefined;
}

export function partyNumbers(world: SeedWorld): PartyNumbers {
  const within = (party: number) => (party >= 0 && party < world.parties ? party : undefined);
  return {
    party(urn) {
      const [, scheme, digits = ''] = /^urn:nl:(kvk|bsn):(\d+)$/.exec(urn) ?? [];
      if (scheme === 'kvk') return within(Number(digits) - 10_000_000);
      // The first seven digits count citizens; the last two make it pass the elfproef.
      return scheme === 'bsn' ? within(Number(digits.slice(0, 7)) - 1_000_000) : undefined;
    },
    employee(urn) {
      const found = /^urn:etoegang:pseudonym:seed\d+-(\d+)-(\d+)$/.exec(urn);
      return found ? { party: Number(found[1]), k: Number(found[2]) } : undefined;
    },
  };
}

const moments = new Map<string, number>();

/** Midnight in Europe/Amsterdam, in milliseconds since 1970. */
export function midnight(day: string): number {
  const known = moments.get(day);
  if (known !== undefined) return known;
  const utc = Date.parse(`${day}T00:00:00Z`);
  const clock = new Intl.DateTimeFormat('en-GB', { timeZone: 'Europe/Amsterdam', hour: 'numeric', hour12: false });
  // At midnight in London it is one or two o'clock in Amsterdam; clocks never change at midnight there.
  const moment = utc - Number(clock.format(utc)) * 3_600_000;
  moments.set(day, moment);
  return moment;
}
