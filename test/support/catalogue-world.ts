import type { Acting } from '../../src/administer/acting.ts';
import { type AdminWorld, startAdminWorld } from './admin.ts';

export const RVO = '00000003800000020000';
export const NVWA = '00000003800000030000';
export const BELASTINGDIENST = '00000003800000010000';
export const RIJNDAM = '00000003800000050000';
export const VEENWIJK = '00000003800000060000';

/** Services of the example register. */
export const TRANSPORT = '5e000000-0000-4000-8000-000000000001';
export const MANURE = '5e000000-0000-4000-8000-000000000002';
export const EXPORT = '5e000000-0000-4000-8000-000000000003';
export const ENERGY = '5e000000-0000-4000-8000-000000000005';
export const VAT = '5e000000-0000-4000-8000-000000000010';
/** Of two municipalities. */
export const SHARED = '5e000000-0000-4000-8000-000000000031';
/** RVO's, with the export certificate of the NVWA in its second version. */
export const LIVESTOCK = '5e700000-0000-4000-8000-000000000001';

export interface CatalogueWorld extends AdminWorld {
  /** What an organisation does on its own account, by OIN. */
  owner<T>(oin: string, act: (acting: Acting) => Promise<T>): Promise<T>;
  registrar<T>(act: (acting: Acting) => Promise<T>): Promise<T>;
}

/** The example register under the committed rules, and those who keep its catalogue. */
export async function startCatalogueWorld(): Promise<CatalogueWorld> {
  const world = await startAdminWorld();
  const as = (session: ReturnType<AdminWorld['system']>) => {
    return async <T>(act: (acting: Acting) => Promise<T>) => (await world.administer.write(session, {}, act)).value;
  };
  return {
    ...world,
    owner: (oin, act) => as(world.system('service_owner', oin))(act),
    registrar: as(world.system('registrar')),
  };
}
