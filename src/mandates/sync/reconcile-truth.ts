import { makeCopy } from '../memory-copy.ts';
import { type Queryable, queryRows, readRows } from '../postgres-lookups.ts';
import type { Put } from '../projection.ts';
import type { RecordKey } from '../record.ts';
import { parseRecordKey } from '../record-key.ts';
import { isEntity, writesOf } from '../writes.ts';
import type { Session } from './session.ts';

/** A link stands for a mandate: the rows of those, whole, say which. */
const LINKS = `select to_jsonb(v) as row from mandate_facts v where v.delegate = any ($1::uuid[]) and v.second_link`;

/** What the register says under each of these keys, as puts, in the order asked. @throws AppError `store_unavailable` */
export async function readTruth(session: Pick<Session, 'query'>, keys: readonly RecordKey[]): Promise<Put[][]> {
  const db: Queryable = { query: async ({ text, values }) => ({ rows: await session.query(text, values) }) };
  const actors = keys.flatMap((key) => {
    const parsed = parseRecordKey(key);
    return parsed?.kind === 'links' ? parsed.parts : [];
  });
  const rows = await readRows(
    db,
    keys.filter((key) => parseRecordKey(key)?.kind !== 'links'),
  );
  if (actors.length > 0) {
    const linking = await queryRows<{ row: unknown }>(db, { name: 'links', text: LINKS, values: [actors] });
    rows.push(...linking.map(({ row }) => ({ entity: 'mandate', row })));
  }
  const copy = makeCopy();
  for (const { entity, row } of rows) {
    if (isEntity(entity)) for (const write of writesOf(entity, row)) copy.write(write);
  }
  return keys.map(copy.putsUnder);
}
