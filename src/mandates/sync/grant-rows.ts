import type { CodedTerms, Limits } from '../codec-mandate.ts';
import type { Grant, PlainTerms } from '../grant.ts';
import { factRows } from '../rows.ts';
import { type CopyRow, makeCopyReader } from './copy-rows.ts';
import { type BulkCopy, isTrue } from './record-rows.ts';

const CODES = ['kind', 'ground', 'status', 'loa', 'reach', 'follow_up', 'granted_under'] as const;
const FLAGS = ['survivor', 'reads_messages', 'substitution'] as const;

/**
 * Mandates with facts, in the order of the represented: plain ones by their columns, in the binary format, which costs
 * Postgres a third of JSON and this process a fifth. `whole` is the row of the view for all others, null for plain ones.
 */
const SQL = `
  select m.represented, m.delegate, m.mandate_id,
    ${CODES.map((name) => `m.${name}::text`).join(', ')}, ${FLAGS.map((name) => `m.${name}`).join(', ')},
    m.all_services, is_second_link(m), m.all_cases,
    m.valid_from, m.granted_at, m.valid_until, m.services, m.sets, m.owner_id, m.operations, m.branches,
    case when not (m.all_cases and m.joint_required is null and m.derived_from is null)
      then (select row_to_json(v)::text from mandate_facts v where v.mandate_id = m.mandate_id) end as whole
  from mandates m where has_facts(m.status) order by m.represented, m.delegate`;

const AT_CODES = 3;
const AT_FLAGS = AT_CODES + CODES.length;
const AT_EVERYTHING = AT_FLAGS + FLAGS.length;
const AT_SECOND = AT_EVERYTHING + 1;
const AT_PAIRED = AT_SECOND + 1;
const [AT_FROM, AT_GRANTED, AT_UNTIL] = [AT_PAIRED + 1, AT_PAIRED + 2, AT_PAIRED + 3];
const [AT_SERVICES, AT_SETS, AT_OWNER] = [AT_UNTIL + 1, AT_UNTIL + 2, AT_UNTIL + 3];
const [AT_OPERATIONS, AT_BRANCHES, AT_WHOLE] = [AT_OWNER + 1, AT_OWNER + 2, AT_OWNER + 3];
const COLUMNS = AT_WHOLE + 1;

/** Few combinations occur; a register in which many do costs no more than this. */
const REMEMBERED_AT_MOST = 4096;

const UNLIMITED: Limits = { operations: 'all', branches: 'all', cases: 'all' };

export const GRANTS: BulkCopy = {
  sql: SQL,
  makeReader: (load, onRow) =>
    makeGrantReader((grant) => {
      load.grant(grant);
      onRow();
    }),
};

/** Returns what takes pieces of the copy, and gives each row as a grant. */
function makeGrantReader(onGrant: (grant: Grant) => void): (piece: Buffer) => void {
  const remembered = new Map<string, CodedTerms>();

  function codedOf(row: CopyRow): CodedTerms {
    const text = row.textOf(AT_CODES, AT_EVERYTHING - 1);
    const known = remembered.get(text);
    if (known) return known;
    if (remembered.size >= REMEMBERED_AT_MOST) remembered.clear();
    const coded = readCoded(row);
    remembered.set(text, coded);
    return coded;
  }

  function termsOf(row: CopyRow): PlainTerms {
    const until = momentIn(row, AT_UNTIL);
    return {
      coded: codedOf(row),
      period: {
        valid_from: surely(momentIn(row, AT_FROM)),
        granted_at: surely(momentIn(row, AT_GRANTED)),
        ...(until !== undefined && { valid_until: until }),
      },
      limits: limitsOf(row),
      services: idsIn(row, AT_SERVICES),
      sets: readSets(row.field(AT_SETS)),
      owner: row.field(AT_OWNER),
      everything: isTrue(row, AT_EVERYTHING),
    };
  }

  return makeCopyReader(COLUMNS, (row) => {
    const whole = row.field(AT_WHOLE);
    onGrant({
      represented: idOf(row.field(0)),
      delegate: idOf(row.field(1)),
      id: idOf(row.field(2)),
      terms: whole ? { row: factRows.mandate.parse(JSON.parse(whole.toString())) } : termsOf(row),
      secondLink: isTrue(row, AT_SECOND),
      paired: isTrue(row, AT_PAIRED),
    });
  });
}

function readCoded(row: CopyRow): CodedTerms {
  const facts: Record<string, unknown> = {};
  for (const [place, name] of CODES.entries()) {
    const value = row.field(AT_CODES + place);
    if (value) facts[name] = value.toString();
  }
  for (const [place, name] of FLAGS.entries()) if (isTrue(row, AT_FLAGS + place)) facts[name] = true;
  // The register's own constraints say which words there are; the codec refuses any other.
  return facts as unknown as CodedTerms;
}

function idOf(field: Buffer | undefined): Buffer {
  if (field?.length !== 16) throw new TypeError('a row without an id');
  return field;
}

function limitsOf(row: CopyRow): Limits {
  const [operations, branches] = [namedOrAll(row, AT_OPERATIONS), namedOrAll(row, AT_BRANCHES)];
  return operations === 'all' && branches === 'all' ? UNLIMITED : { operations, branches, cases: 'all' };
}

/** Microseconds since 2000 as milliseconds since 1970; the columns hold whole milliseconds, of which far ones come rounded. */
function momentIn(row: CopyRow, index: number): number | undefined {
  const high = row.int32(index, 0);
  if (high === undefined) return undefined;
  return Math.round((high * 2 ** 32 + ((row.int32(index, 4) ?? 0) >>> 0)) / 1000) + YEAR_2000;
}

function surely(moment: number | undefined): number {
  if (moment === undefined) throw new TypeError('a row without a moment');
  return moment;
}

const YEAR_2000 = Date.UTC(2000, 0, 1);

/** An array: dimensions, flags, type, and for the one dimension its length and first index; elements behind a length. */
function idsIn(row: CopyRow, index: number): Buffer[] {
  const field = row.int32(index, 0) ? row.field(index) : undefined;
  if (field === undefined) return [];
  const ids = [];
  for (let at = 20; at < field.length; at += 20) ids.push(field.subarray(at + 4, at + 20));
  return ids;
}

/** An array of texts, as those of ids; an empty one stands for all there are. */
function namedOrAll(row: CopyRow, index: number): 'all' | string[] {
  const field = row.int32(index, 0) ? row.field(index) : undefined;
  if (field === undefined) return 'all';
  const names = [];
  for (let at = 20; at < field.length; ) {
    const end = at + 4 + field.readInt32BE(at);
    names.push(field.toString('utf8', at + 4, end));
    at = end;
  }
  return names;
}

/** JSONB: a version byte and text. */
function readSets(field: Buffer | undefined): PlainTerms['sets'] {
  if (field === undefined || field.length === 3) return [];
  return JSON.parse(field.toString('utf8', 1)) as PlainTerms['sets']; // As the register's constraint has it.
}
