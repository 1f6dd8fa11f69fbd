import type { SeedCatalogue } from './seed-catalogue.ts';

/** The seeded catalogue as rows, in the order in which they refer to each other. */
export function seedCatalogueRows(catalogue: SeedCatalogue): { table: string; rows: Record<string, unknown>[] }[] {
  const ownerId = (owner: number) => catalogue.owners[owner]?.id;
  return [
    { table: 'service_owners', rows: catalogue.owners.map(({ id, oin, name }) => ({ owner_id: id, oin, name })) },
    { table: 'services', rows: catalogue.services.map(serviceRow) },
    {
      table: 'service_instances',
      rows: catalogue.services.flatMap(({ uuid, owners }, service) =>
        owners.map((owner, i) => ({
          service_id: catalogue.serviceId(service, i),
          service_uuid: uuid,
          owner_id: ownerId(owner),
          active: true,
        })),
      ),
    },
    {
      table: 'portal_services',
      rows: catalogue.portals.flatMap(({ portal, subServices }) =>
        subServices.map((sub_service) => ({ portal, sub_service })),
      ),
    },
    {
      table: 'service_sets',
      rows: catalogue.sets.map(({ id, name, owner }) => ({ set_id: id, name, owner_id: ownerId(owner), version: 2 })),
    },
    {
      table: 'service_set_members',
      rows: catalogue.sets.flatMap(({ id, members }) =>
        members.map((member, i) => ({
          set_id: id,
          service_uuid: catalogue.services[member]?.uuid,
          // The last one joined in the second version, which grantors have not confirmed.
          since_version: i > 2 && i === members.length - 1 ? 2 : 1,
        })),
      ),
    },
  ];
}

function serviceRow({ uuid, name, loa, chains, branches }: SeedCatalogue['services'][number], i: number) {
  return {
    service_uuid: uuid,
    name,
    description: `${name}: digitaal regelen.`,
    consequence: `De gemachtigde kan voor u ${name.toLowerCase()}; wat hij doet, geldt alsof u het deed.`,
    classification: i % 3 === 0 ? `UPL-${1000 + i}` : null,
    active: i % 97 !== 96,
    loa,
    kinds: ['employee', 'business', 'voluntary', 'statutory', 'appointed'],
    grounds: ['signatory', 'owner', 'parental_authority', 'curatele', 'bewind', 'mentorschap'],
    domain: ['assets', 'personal_care', 'general'][i % 3],
    chains,
    branches,
    operations: ['view', 'submit'],
    follow_up: ['delegate', 'represented', 'both'][i % 3],
  };
}
