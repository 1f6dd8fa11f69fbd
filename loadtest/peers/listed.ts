import {
  isFirstLink,
  isSecondLink,
  type PeerChain,
  type PeerMandate,
  type PeerRegister,
  type PeerService,
} from './register.ts';

export interface Listed {
  name: string;
  services: readonly PeerService[];
  mandates: readonly PeerMandate[];
  branches: Readonly<Record<string, readonly string[]>>;
}

/** A register of mandates that are written out one by one. */
export function listedRegister({ name, services, mandates, branches }: Listed): PeerRegister {
  const pairs = new Map<string, PeerMandate[]>();
  const givenTo = new Map<string, Set<string>>();
  const heldFrom = new Map<string, Set<string>>();
  for (const mandate of mandates) {
    const { represented, delegate } = mandate;
    const key = pairKey(represented, delegate);
    pairs.set(key, [...(pairs.get(key) ?? []), mandate]);
    givenTo.set(represented, (givenTo.get(represented) ?? new Set()).add(delegate));
    heldFrom.set(delegate, (heldFrom.get(delegate) ?? new Set()).add(represented));
  }
  const between = (represented: string, delegate: string) => pairs.get(pairKey(represented, delegate)) ?? [];
  return {
    name,
    services: new Map(services.map((service) => [service.id, service])),
    size: mandates.length,
    mandates: () => mandates,
    between,
    through: (represented, actor) =>
      [...(heldFrom.get(actor) ?? [])]
        .filter((organisation) => givenTo.get(represented)?.has(organisation))
        .flatMap((organisation) =>
          chain(organisation, between(represented, organisation), between(organisation, actor)),
        ),
    branchesOf: (party) => branches[party] ?? [],
  };
}

/** A chain, where there is one: links of the wrong kind make none. */
export function chain(
  organisation: string,
  first: readonly PeerMandate[],
  second: readonly PeerMandate[],
): PeerChain[] {
  const [from, to] = [first.filter(isFirstLink), second.filter(isSecondLink)];
  return from.length > 0 && to.length > 0 ? [{ organisation, first: from, second: to }] : [];
}

const pairKey = (represented: string, delegate: string) => `${represented} ${delegate}`;
