import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import { AppError } from '../domain/errors.ts';
import type { Keys } from '../store/keys.ts';
import { toAliasRow } from './alias-row.ts';
import { identifierOf } from './check-file.ts';
import type { FileParty, RegisterFile } from './file.ts';
import { toMoment } from './moments.ts';
import type { Path } from './places.ts';
import type { FileRow, RowWriter } from './write-rows.ts';

/** Party ids by the file's local names. */
export interface KnownParties {
  idOf(key: string): string;
  kindOf(key: string): string;
}

export interface PartyImport {
  client: pg.ClientBase;
  keys: Keys;
  writer: RowWriter;
  placeOf(path: Path): string;
  onWritten(done: number): void;
}

/** Writes parties with their identifiers, means, states and branches; known identifiers lead to the known party. */
export async function importParties(file: RegisterFile, target: PartyImport): Promise<KnownParties> {
  const { client, keys, writer, onWritten } = target;
  const ids = await resolve(file.parties, target);
  const byKey = new Map(file.parties.map((party) => [party.key, party]));
  const known = {
    idOf: (key: string) => named(ids, key),
    kindOf: (key: string) => named(byKey, key).kind,
  };
  // What a source says needs no other to confirm it.
  const columns = ['party_id', 'kind', 'name', 'birth_date', 'unverified_since'];
  await writer.write({ table: 'parties', key: ['party_id'], columns }, partyRows(file, known), onWritten);
  await writer.write(ALIASES, identifierRows(file, known, keys));
  await writer.write(MEANS, meansRows(file, known, keys));
  await replaceStates(client, file, known, writer);
  await replaceBranches(client, file, known, writer);
  return known;
}

const ALIASES = {
  table: 'aliases',
  key: ['alias'],
  columns: 'alias key_id party_id party_kind scheme public_value sealed'.split(' '),
  // Sealing the same identifier again gives another text.
  keep: ['sealed'],
};
const MEANS = {
  ...ALIASES,
  columns: [...ALIASES.columns, 'means_active', 'means_owner'],
  open: { column: 'means_active', value: true },
};

/** Finds known parties by their identifiers; others get a new id. Identifiers of two parties are a fault of the file. */
async function resolve(parties: readonly FileParty[], target: PartyImport): Promise<Map<string, string>> {
  const aliases = parties.map((party) => urnsOf(party).map((urn) => target.keys.alias(identifierOf(urn))));
  const { rows } = await target.client.query<{ alias: string; party_id: string; kind: string }>(
    `select encode(a.alias, 'hex') as alias, a.party_id, a.party_kind as kind from aliases a
     where a.alias = any ($1::bytea[])`,
    [aliases.flat().map((alias) => Buffer.from(alias, 'hex'))],
  );
  const found = new Map(rows.map((row) => [row.alias, row]));
  const ids = new Map<string, string>();
  parties.forEach((party, i) => {
    const owners = (aliases[i] ?? []).flatMap((alias) => found.get(alias) ?? []);
    const distinct = new Set(owners.map(({ party_id }) => party_id));
    const at = () => target.placeOf(['parties', i]);
    if (distinct.size > 1)
      target.writer.faults.push({ at: at(), message: 'its identifiers lead to different parties' });
    ids.set(party.key, owners[0]?.party_id ?? randomUUID());
  });
  return ids;
}

function partyRows(file: RegisterFile, known: KnownParties): FileRow[] {
  return file.parties.map(({ key, kind, name, birth_date }, i) => ({
    row: { party_id: known.idOf(key), kind, name, birth_date },
    path: ['parties', i],
  }));
}

function identifierRows(file: RegisterFile, known: KnownParties, keys: Keys): FileRow[] {
  return file.parties.flatMap((party, i) =>
    party.identifiers.map((urn, j) => ({
      row: aliasColumns(urn, party, known, keys),
      path: ['parties', i, 'identifiers', j],
    })),
  );
}

function meansRows(file: RegisterFile, known: KnownParties, keys: Keys): FileRow[] {
  return file.parties.flatMap((party, i) =>
    party.means.map(({ id, active, owner }, j) => ({
      row: {
        ...aliasColumns(id, party, known, keys),
        means_active: active,
        means_owner: owner === undefined ? undefined : known.idOf(owner),
      },
      path: ['parties', i, 'means', j],
    })),
  );
}

function aliasColumns(urn: string, { key, kind }: FileParty, known: KnownParties, keys: Keys): Record<string, unknown> {
  return toAliasRow(identifierOf(urn), { partyId: known.idOf(key), kind }, keys);
}

/** A source takes back only the states that it said itself. */
async function replaceStates(client: pg.ClientBase, file: RegisterFile, known: KnownParties, writer: RowWriter) {
  const rows = file.parties.flatMap((party, i) =>
    (party.states ?? []).map(
      ({ state, since, until, cause }, j): FileRow => ({
        row: {
          party_id: known.idOf(party.key),
          party_kind: party.kind,
          state,
          since: toMoment(since),
          until: until === undefined ? undefined : toMoment(until),
          cause,
          source: file.source,
        },
        path: ['parties', i, 'states', j],
      }),
    ),
  );
  await client.query(
    `delete from party_states s where s.party_id = any ($1) and s.source = $3 and not exists (
       select from jsonb_populate_recordset(null::party_states, $2::jsonb) as kept
       where (kept.party_id, kept.state, kept.since) = (s.party_id, s.state, s.since))`,
    [ofThose(file, known, 'states'), JSON.stringify(rows.map(({ row }) => row)), file.source],
  );
  const key = ['party_id', 'state', 'since', 'source'];
  await writer.write({ table: 'party_states', key, columns: [...key, 'party_kind', 'until', 'cause'] }, rows);
}

async function replaceBranches(client: pg.ClientBase, file: RegisterFile, known: KnownParties, writer: RowWriter) {
  const rows = file.parties.flatMap((party, i) =>
    (party.branches ?? []).map(
      ({ number, name }, j): FileRow => ({
        row: { branch: number, party_id: known.idOf(party.key), party_kind: party.kind, name },
        path: ['parties', i, 'branches', j],
      }),
    ),
  );
  await client.query('delete from branches where party_id = any ($1) and branch <> all ($2)', [
    ofThose(file, known, 'branches'),
    rows.map(({ row }) => row.branch),
  ]);
  await writer.write(
    { table: 'branches', key: ['branch'], columns: ['branch', 'party_id', 'party_kind', 'name'] },
    rows,
  );
}

function ofThose(file: RegisterFile, known: KnownParties, list: 'states' | 'branches'): string[] {
  return file.parties.filter((party) => party[list] !== undefined).map(({ key }) => known.idOf(key));
}

function urnsOf(party: FileParty): string[] {
  return [...party.identifiers, ...party.means.map(({ id }) => id)];
}

function named<T>(map: ReadonlyMap<string, T>, key: string): T {
  const value = map.get(key);
  if (value === undefined) throw new AppError('internal', `no party ${key} in this file`);
  return value;
}
