import type { Loa } from '../../../domain/facts.ts';

/** Who may be represented, as far as the types of identifiers tell. */
export interface Represented {
  organisations: boolean;
  persons: boolean;
}

export interface FileDefinition {
  service_uuid: string;
  name: string;
  description: string;
  loa: Loa;
  /** Undefined: there is a type that does not tell. */
  represented?: Represented;
  branches: boolean;
  at: string;
}

export interface FileInstance {
  service_id: string;
  /** The instance's own UUID, by which portals may name it. */
  own_uuid: string;
  /** The definition of which it is an instance. */
  service_uuid: string;
  represented?: Represented;
  /** Whether intermediaries may act without further ado; undefined: the catalogue does not say. */
  chains?: boolean;
  /** What lies behind it as a portal: ServiceIDs or UUIDs. */
  portal_for: { name: string; at: string }[];
  at: string;
}

export interface FileProvider {
  oin: string;
  name: string;
  definitions: FileDefinition[];
  instances: FileInstance[];
  at: string;
}

/** What the register takes from an eHerkenning service catalogue. */
export interface CatalogueFile {
  providers: FileProvider[];
}
