import type { Loa } from '../domain/facts.ts';
import { mix, mixUuid } from './seed-random.ts';

export interface SeedService {
  uuid: string;
  name: string;
  loa: Loa;
  chains: boolean;
  branches: boolean;
  /** Indices of owners; the first instance is theirs in this order. */
  owners: number[];
}

export interface SeedCatalogue {
  owners: { id: string; oin: string; name: string }[];
  services: SeedService[];
  sets: { id: string; name: string; owner: number; members: number[] }[];
  serviceId(service: number, instance?: number): string;
  portals: { portal: string; subServices: string[] }[];
}

const OWNERS =
  'Belastingdienst,RVO,UWV,SVB,NVWA,RDW,Kadaster,DUO,CBS,CIBG,IND,Douane,RIVM,Rijkswaterstaat,ILT,Inspectie SZW,Waterschap Rijn,Waterschap Maas,Provincie Noord,Provincie Zuid,Gemeente Amsterdam,Gemeente Utrecht,Gemeente Rotterdam,Gemeente Den Haag,Gemeente Groningen,Gemeente Zwolle,Gemeente Breda,Gemeente Delft,Gemeente Emmen,Gemeente Tilburg'.split(
    ',',
  );
const SUBJECTS =
  'omzetbelasting,loonheffing,vennootschapsbelasting,inkomstenbelasting,toeslagen,energielabel,diertransport,mestboekhouding,landbouwsubsidie,visvergunning,omgevingsvergunning,evenementenvergunning,terrasvergunning,bodemonderzoek,lozingsvergunning,afvalheffing,parkeervergunning,verhuizing,ziekmelding,ontslagaanvraag,werkvergunning,uitkering,pensioenoverzicht,kinderbijslag,studiefinanciering,kenteken,rijbewijs,scheepsregister,hypotheekregister,accijns,invoeraangifte,statistiekopgave,zorgregister,jeugdhulp,huishoudelijke hulp,schuldhulp,bijzondere bijstand,kinderopvang,subsidie sport,berichtenbox'.split(
    ',',
  );
const ACTS = ['aanvragen', 'aangeven', 'inzien', 'wijzigen', 'beëindigen'];
const SERVICES = SUBJECTS.length * ACTS.length;
const SETS = 20;
const LEVELS: readonly Loa[] = ['eh2plus', 'eh3', 'eh3', 'eh3', 'eh2', 'eh4'];
const SALT = { owner: 101, service: 102, set: 103, choice: 104 };

/** About 200 services of 30 owners in 20 sets; every eighth is one definition offered by several owners (R53). */
export function makeSeedCatalogue(seed: number): SeedCatalogue {
  const owners = OWNERS.map((name, i) => ({
    id: mixUuid(seed, SALT.owner, i),
    oin: `0000000${String(3_000_000_000 + i)}000`.padEnd(20, '0'),
    name,
  }));
  const services = Array.from({ length: SERVICES }, (_, i) => seedService(seed, i));
  const serviceId = (service: number, instance = 0) => {
    const owner = owners[services[service]?.owners[instance] ?? 0];
    return `urn:etoegang:DV:${owner?.oin}:services:${service + 1}`;
  };
  const sets = Array.from({ length: SETS }, (_, i) => ({
    id: mixUuid(seed, SALT.set, i),
    name: `Profiel ${SUBJECTS[i * 2]} en verwant`,
    owner: i,
    members: Array.from({ length: 3 + (mix(seed, SALT.choice, i) % 8) }, (_member, j) => (i * 10 + j) % SERVICES),
  }));
  const portals = [0, 1, 2].map((i) => ({
    portal: serviceId(i * 50),
    subServices: Array.from({ length: 4 }, (_, j) => serviceId(i * 50 + j + 1)),
  }));
  return { owners, services, sets, serviceId, portals };
}

function seedService(seed: number, i: number): SeedService {
  const choice = mix(seed, SALT.service, i);
  const first = choice % OWNERS.length;
  const shared = i % 8 === 0 ? [1, 2, 3] : [];
  return {
    uuid: mixUuid(seed, SALT.service, i),
    name: `${capital(SUBJECTS[i % SUBJECTS.length] ?? '')} ${ACTS[Math.floor(i / SUBJECTS.length)]}`,
    loa: LEVELS[choice % LEVELS.length] ?? 'eh3',
    chains: choice % 20 !== 0,
    branches: choice % 10 !== 0,
    owners: [first, ...shared.map((step) => (first + step) % OWNERS.length)],
  };
}

function capital(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}
