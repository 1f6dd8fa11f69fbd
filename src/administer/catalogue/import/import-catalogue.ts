import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import { AppError } from '../../../domain/errors.ts';
import { withTransaction } from '../../../store/postgres.ts';
import type { Acting } from '../../acting.ts';
import { written } from '../dry-run.ts';
import { effectsOf } from '../effects.ts';
import { callingOwner } from '../owners.ts';
import type { CatalogueFile } from '../xml/catalogue-file.ts';
import { readCatalogue, throwFaults } from '../xml/read-catalogue.ts';
import { actsOf, importAct } from './acts.ts';
import { applyDiff } from './apply.ts';
import { type CatalogueDiff, type DiffEntry, diffPlan } from './diff.ts';
import { toText } from './diff-text.ts';
import { type Plan, planImport } from './plan.ts';
import { lockCatalogue, type RegisterState, readState } from './register-state.ts';

export interface CatalogueImport extends CatalogueDiff {
  applied: boolean;
  /** The same for people. */
  text: string;
}

/** Above this the count of mandates is left out: each reads them all. */
const MAX_COUNTED = 20;

export interface ImportCatalogue {
  xml: string;
  dryRun: boolean;
  /** From the dry run; needed to apply. */
  diffId?: string | undefined;
}

/**
 * Takes over an eHerkenning service catalogue (R43-R45, R53): first as a dry run that tells every difference, then, with
 * the id of what was told, for good and in one transaction. An organisation imports its own services only.
 * @throws AppError `invalid_request` with all faults by line | `act_refused` | `conflict` when it is no longer the same
 */
export async function importCatalogue(acting: Acting, wish: ImportCatalogue): Promise<CatalogueImport> {
  const own = await callingOwner(acting);
  // Before a large body is read for somebody who imports nothing at all.
  await acting.authorise({ name: 'catalogue.import', owners: own === undefined ? [] : [own] });
  const file = readCatalogue(wish.xml);
  await lockCatalogue(acting.client);
  const { state, plan, diff } = await compareWith(acting.client, file);
  await acting.authorise(...(wish.dryRun ? [importAct(plan)] : actsOf(diff, plan, state)));
  if (!wish.dryRun) refuseOther(diff, wish.diffId);
  await written(
    acting,
    wish.dryRun,
    () => applyDiff(acting.client, diff, plan),
    async () => undefined,
  );
  if (!wish.dryRun) return { ...diff, applied: true, text: toText(diff) };
  const told = { ...diff, entries: await withEffects(acting, diff, plan, state) };
  return { ...told, applied: false, text: toText(told) };
}

/**
 * The same for whoever operates the register, who answers to no owner; on the command line.
 * @throws as `importCatalogue`, but `act_refused`
 */
export async function importAsOperator(
  pool: pg.Pool,
  xml: string,
  { apply, who = 'operator' }: { apply: boolean; who?: string },
): Promise<CatalogueImport> {
  const file = readCatalogue(xml);
  return withTransaction(pool, { who, channel: 'operator', reason: 'service catalogue' }, async (client) => {
    await lockCatalogue(client);
    const { plan, diff } = await compareWith(client, file);
    await written(
      { client },
      !apply,
      () => applyDiff(client, diff, plan),
      async () => undefined,
    );
    return { ...diff, applied: apply, text: toText(diff) };
  });
}

async function compareWith(
  client: pg.ClientBase,
  file: CatalogueFile,
): Promise<{ state: RegisterState; plan: Plan; diff: CatalogueDiff }> {
  const state = await readState(client, file);
  const { plan, faults } = planImport(file, state, () => randomUUID());
  throwFaults(faults);
  return { state, plan, diff: diffPlan(plan, state) };
}

function refuseOther(diff: CatalogueDiff, diffId: string | undefined): void {
  if (diffId === diff.diff_id) return;
  if (diffId === undefined) {
    const faults = [{ at: '?diffId', message: 'is needed to apply: the diff_id of a dry run' }];
    throw new AppError('invalid_request', 'no diff to apply', { faults });
  }
  throw new AppError('conflict', 'the register or the catalogue has changed since that diff: ask for a new one');
}

async function withEffects(
  acting: Acting,
  { entries }: CatalogueDiff,
  plan: Plan,
  state: RegisterState,
): Promise<DiffEntry[]> {
  const counted = new Set(
    entries.filter(({ entity, change }) => entity === 'service' && change !== 'added').slice(0, MAX_COUNTED),
  );
  const told: DiffEntry[] = [];
  for (const entry of entries) {
    const before = counted.has(entry) ? state.services.get(entry.id) : undefined;
    const after = plan.services.find(({ service_uuid }) => service_uuid === entry.id);
    told.push(before && after ? { ...entry, effects: await effectsOf(acting, entry.id, before, after) } : entry);
  }
  return told;
}
