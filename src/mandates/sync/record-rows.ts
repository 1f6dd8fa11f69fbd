import type { BulkLoad } from '../projection.ts';
import { writesOf } from '../writes.ts';
import { type CopyRow, makeCopyReader } from './copy-rows.ts';

/** Frequent facts by the columns they are made of, in COPY's binary format: what comes back of one query, and who reads it. */
export interface BulkCopy {
  sql: string;
  /** Returns what takes pieces of the copy; `onRow` is told of each row. */
  makeReader(load: BulkLoad, onRow: () => void): (piece: Buffer) => void;
}

const DAY_MS = 86_400_000;
const YEAR_2000 = Date.UTC(2000, 0, 1);
const ZERO = '0'.charCodeAt(0);

function copyOf(columns: number, sql: string, take: (load: BulkLoad, row: CopyRow) => void): BulkCopy {
  return {
    sql,
    makeReader: (load, onRow) =>
      makeCopyReader(columns, (row) => {
        take(load, row);
        onRow();
      }),
  };
}

/** As party_facts has it; those with states, few, as rows of that view. */
export const PARTIES = copyOf(
  6,
  `select p.party_id, p.kind = 'person', p.birth_date, k.kvk, b.party_id is not null,
     case when s.party_id is not null
       then (select row_to_json(f)::text from party_facts f where f.party_id = p.party_id) end
   from parties p
     left join (select party_id, min(public_value) as kvk from aliases where scheme = 'kvk' group by party_id) k
       using (party_id)
     left join (select distinct party_id from branches) b using (party_id)
     left join (select distinct party_id from party_states) s using (party_id)
   order by p.party_id`,
  (load, row) => {
    const whole = row.field(5);
    if (whole) {
      for (const write of writesOf('party', JSON.parse(whole.toString()))) load.write(write);
      return;
    }
    load.party(idIn(row, 0), {
      isPerson: isTrue(row, 1),
      birthDate: dateIn(row.int32(2, 0)),
      kvk: numberIn(row.field(3)),
      hasBranches: isTrue(row, 4),
    });
  },
);

export const ALIASES = copyOf(3, 'select alias, party_id, means_active from aliases order by alias', (load, row) => {
  const active = row.byte(2);
  load.alias(idIn(row, 0), idIn(row, 1), active === undefined ? undefined : active === 1);
});

export const BRANCHES = copyOf(2, 'select party_id, branch::text from branches order by party_id', (load, row) =>
  load.branch(idIn(row, 0), fieldIn(row, 1)),
);

/** Whom each delegate may act for. Of mandates limited to cases not all are under any scope: those tell it themselves. */
export const PAIRS: BulkCopy = {
  sql: `select m.delegate, m.represented from mandates m where has_facts(m.status) and m.all_cases
    order by m.delegate, m.represented`,
  makeReader(load) {
    const last = Buffer.alloc(32);
    return makeCopyReader(2, (row) => {
      const [delegate, represented] = [idIn(row, 0), idIn(row, 1)];
      if (last.compare(delegate, 0, 16, 0, 16) === 0 && last.compare(represented, 0, 16, 16) === 0) return;
      last.set(delegate);
      last.set(represented, 16);
      load.pair(delegate, represented);
    });
  },
};

export function isTrue(row: CopyRow, index: number): boolean {
  return row.byte(index) === 1;
}

function fieldIn(row: CopyRow, index: number): Buffer {
  const field = row.field(index);
  if (field === undefined) throw new TypeError('a row lacks a column');
  return field;
}

function idIn(row: CopyRow, index: number): Buffer {
  const id = fieldIn(row, index);
  if (id.length !== 16) throw new TypeError('a row without an id');
  return id;
}

/** Eight digits. */
function numberIn(field: Buffer | undefined): number | undefined {
  if (field === undefined) return undefined;
  if (field.length !== 8) throw new TypeError('a number of a party does not have eight digits');
  return field.reduce((sum, digit) => 10 * sum + digit - ZERO, 0);
}

/** Days since 2000 as yyyymmdd. */
function dateIn(days: number | undefined): number | undefined {
  if (days === undefined) return undefined;
  const date = new Date(YEAR_2000 + days * DAY_MS);
  const year = date.getUTCFullYear();
  if (!(year >= 1 && year <= 9999)) throw new RangeError('a date of birth does not have eight digits');
  return year * 10_000 + (date.getUTCMonth() + 1) * 100 + date.getUTCDate();
}
