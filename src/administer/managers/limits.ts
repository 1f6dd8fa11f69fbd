import { AppError } from '../../domain/errors.ts';
import type { Loa } from '../../domain/facts.ts';
import type { LifeRow } from '../life/lock.ts';
import type { Columns } from '../life/rows.ts';

/**
 * What limits a manager; all of it stands in his own mandate on *manage mandates*: its level is his ceiling (R86), its
 * branches are his branches (R37), and its operations name the services whose mandates he manages (R57).
 */
export interface ManagerLimits {
  loa?: Loa | undefined;
  branches?: 'all' | readonly string[] | undefined;
  /** ServiceUUIDs. */
  services?: 'all' | readonly string[] | undefined;
}

const PREFIX = 'service:';

/** As columns of his mandate. */
export function limitColumns({ loa, branches, services }: ManagerLimits): Columns {
  return {
    ...(loa !== undefined && { loa }),
    ...(branches !== undefined && {
      all_branches: branches === 'all',
      branches: branches === 'all' ? [] : branches,
    }),
    ...(services !== undefined && {
      all_operations: services === 'all',
      operations: services === 'all' ? [] : services.map((service) => `${PREFIX}${service}`),
    }),
  };
}

/** The services that a manager is limited to, as his mandate says it. */
export function managedServices({ all_operations, operations }: Pick<LifeRow, 'all_operations' | 'operations'>) {
  return all_operations
    ? 'all'
    : operations.filter((one) => one.startsWith(PREFIX)).map((one) => one.slice(PREFIX.length));
}

/**
 * Whether a manager's mandate covers that service alone, or others with it.
 * @throws AppError `conflict` when it is none: whoever manages by a wider scope is changed or ended as a mandate
 */
export function requireManager(row: LifeRow, manageService: string): 'alone' | 'among_others' {
  if (row.kind !== 'employee' || !row.services.includes(manageService)) {
    throw new AppError('conflict', 'this is no manager’s mandate: change or end it as a mandate');
  }
  return row.services.length === 1 && row.sets.length === 0 && row.owner_id === null ? 'alone' : 'among_others';
}
