import type pg from 'pg';
import type { Keys } from '../store/keys.ts';
import { withTransaction } from '../store/postgres.ts';
import { importCatalogue, ownerFaults } from './import-catalogue.ts';
import { endUnnamed, importMandates } from './import-mandates.ts';
import { importParties } from './import-parties.ts';
import { assertKey } from './key-guard.ts';
import { type ReadFile, readRegisterFile, readText, refuse } from './read-file.ts';
import { makeRowWriter } from './write-rows.ts';

export interface Progress {
  stage: string;
  done: number;
  total: number;
}

export interface ImportOptions {
  pool: pg.Pool;
  keys: Keys;
  /** End the mandates of the file's source that the file no longer names. */
  replaceSource?: boolean;
  onProgress?: (progress: Progress) => void;
}

export interface Imported {
  source: string;
  parties: number;
  mandates: { added: number; changed: number; unchanged: number; ended: number };
}

/**
 * `machtig import FILE`: all or nothing, and the same again changes nothing.
 * @throws AppError `invalid_request` with every fault of the file and its place; `conflict` with another HMAC key
 */
export async function importRegisterFile(path: string, options: ImportOptions): Promise<Imported> {
  return importRegister(await readText(path), options);
}

/** As `importRegisterFile`, on the text of a register file: YAML or JSON. */
export async function importRegister(text: string, options: ImportOptions): Promise<Imported> {
  const read = readRegisterFile(text);
  const actedBy = { who: 'operator', channel: 'import', reason: `source ${read.file.source}` };
  return withTransaction(options.pool, actedBy, (client) => write(client, read, options));
}

/** Rules that look at several rows are normally checked at commit; here they must name the row they refuse. */
const CHECK_AT_ONCE = 'set constraints instance_may_only_narrow, membership_is_orderly, onward_still_fits immediate';

async function write(client: pg.ClientBase, { file, placeOf }: ReadFile, options: ImportOptions): Promise<Imported> {
  const report = (stage: string, total: number) => (done: number) => options.onProgress?.({ stage, done, total });
  await assertKey(client, options.keys);
  const writer = makeRowWriter(client, placeOf);
  await client.query(CHECK_AT_ONCE);
  const ownerOf = await importCatalogue(client, file, writer);
  refuse(ownerFaults(file, ownerOf, placeOf));
  const onParties = report('parties', file.parties.length);
  const parties = await importParties(file, { client, keys: options.keys, writer, placeOf, onWritten: onParties });
  refuse(writer.faults);
  const onWritten = report('mandates', file.mandates.length);
  const mandates = await importMandates(file, { client, writer, parties, ownerOf, placeOf, onWritten });
  refuse(writer.faults);
  const ended = options.replaceSource ? await endUnnamed(client, file) : 0;
  return {
    source: file.source,
    parties: file.parties.length,
    mandates: { ...mandates, unchanged: file.mandates.length - mandates.added - mandates.changed, ended },
  };
}
