import type pg from 'pg';
import type { OwnerOf } from './catalogue-rows.ts';
import type { FileMandate, RegisterFile } from './file.ts';
import type { KnownParties } from './import-parties.ts';
import { toMoment } from './moments.ts';
import type { Path } from './places.ts';
import type { FileRow, RowWriter, Written } from './write-rows.ts';

const MANDATES = {
  table: 'mandates',
  key: ['mandate_id'],
  columns:
    'mandate_id name kind ground represented represented_kind delegate delegate_kind delegate_branch status services sets owner_id all_services all_operations operations all_branches branches all_cases cases loa reach substitution derived_from parent_delegate joint_required joint_with valid_from valid_until granted_by granted_at granted_under survivor renews evidence channel source follow_up reads_messages'.split(
      ' ',
    ),
  becomes: {
    status: `case when mandates.status = 'suspended' and excluded.status = 'active' then 'suspended' else excluded.status end`,
  },
};

export interface MandateImport {
  client: pg.ClientBase;
  writer: RowWriter;
  parties: KnownParties;
  ownerOf: OwnerOf;
  placeOf(path: Path): string;
  onWritten(done: number): void;
}

/** How a mandate of this file stands in the register already. */
interface Standing {
  source: string;
  final: boolean;
}

/**
 * Writes the mandates of a file, parents before what derives from them. A mandate that has ended stays ended, and a
 * suspension is not lifted by a file: only `machtig reactivate` does.
 */
export async function importMandates(file: RegisterFile, target: MandateImport): Promise<Written> {
  const standing = await standingOf(target.client, file);
  const rows: FileRow[] = [];
  file.mandates.forEach((mandate, i) => {
    const path = ['mandates', i];
    const known = standing.get(mandate.id);
    if (known !== undefined && known.source !== file.source) {
      const message = `is a mandate of source ${known.source}, not of ${file.source}`;
      target.writer.faults.push({ at: target.placeOf([...path, 'id']), message });
    } else if (known?.final !== true) {
      rows.push({ row: { ...toRow(mandate, target), source: file.source }, path });
    }
  });
  const total: Written = { added: 0, changed: 0 };
  let done = 0;
  for (const generation of byGeneration(rows)) {
    const written = await target.writer.write(MANDATES, generation, (count) => target.onWritten(done + count));
    total.added += written.added;
    total.changed += written.changed;
    done += generation.length;
  }
  return total;
}

/** Locks what it finds, so that it stands the same until this import has been committed. */
async function standingOf(client: pg.ClientBase, file: RegisterFile): Promise<Map<string, Standing>> {
  const { rows } = await client.query<Standing & { mandate_id: string }>(
    `select mandate_id, source, is_final(status) as final from mandates
     where mandate_id = any ($1) order by mandate_id for update`,
    [file.mandates.map(({ id }) => id)],
  );
  return new Map(rows.map((row) => [row.mandate_id, row]));
}

function toRow(mandate: FileMandate, { parties, ownerOf }: MandateImport): Record<string, unknown> {
  const id = (key: string | undefined) => (key === undefined ? undefined : parties.idOf(key));
  const at = (moment: string | undefined) => (moment === undefined ? undefined : toMoment(moment));
  const { cases, joint, evidence } = mandate;
  return {
    mandate_id: mandate.id,
    name: mandate.name,
    kind: mandate.kind,
    ground: mandate.ground,
    represented: id(mandate.represented),
    represented_kind: parties.kindOf(mandate.represented),
    delegate: id(mandate.delegate),
    delegate_kind: parties.kindOf(mandate.delegate),
    delegate_branch: mandate.delegate_branch,
    status: mandate.status,
    services: mandate.services,
    sets: mandate.sets,
    owner_id: mandate.owner === undefined ? undefined : ownerOf(mandate.owner),
    all_services: mandate.all_services,
    ...limits('operations', mandate.operations),
    ...limits('branches', mandate.branches),
    ...limits('cases', cases === 'all' ? cases : cases.map((one) => `${one.service}#${one.case}`)),
    loa: mandate.loa,
    reach: mandate.reach ?? (mandate.kind === 'employee' ? 'own' : undefined),
    substitution: mandate.substitution,
    derived_from: mandate.derived_from,
    joint_required: joint?.required,
    joint_with: joint?.with.map(id) ?? [],
    valid_from: at(mandate.valid_from),
    valid_until: at(mandate.valid_until),
    granted_by: id(mandate.granted_by),
    granted_at: at(mandate.granted_at ?? mandate.valid_from),
    granted_under: mandate.granted_under,
    survivor: mandate.survivor,
    renews: mandate.renews,
    evidence,
    channel: mandate.channel,
    follow_up: mandate.follow_up,
    reads_messages: mandate.reads_messages,
  };
}

/** `all` is a flag of its own in the register, so that an empty list never reads as unlimited. */
function limits(name: string, given: 'all' | readonly string[]): Record<string, unknown> {
  return given === 'all' ? { [`all_${name}`]: true, [name]: [] } : { [`all_${name}`]: false, [name]: given };
}

/** First what rests on nothing in this file, then what rests on that, and so on; a circle comes last, to be refused. */
function byGeneration(rows: readonly FileRow[]): FileRow[][] {
  const generations: FileRow[][] = [];
  let waiting = [...rows];
  while (waiting.length > 0) {
    const ids = new Set(waiting.map(({ row }) => row.mandate_id));
    const rests = ({ row }: FileRow) => ids.has(row.derived_from) || ids.has(row.renews);
    const ready = waiting.filter((row) => !rests(row));
    if (ready.length === 0) return [...generations, waiting];
    generations.push(ready);
    waiting = waiting.filter(rests);
  }
  return generations;
}

/** Ends what this source no longer names. Returns how many. */
export async function endUnnamed(client: pg.ClientBase, file: RegisterFile): Promise<number> {
  const { rowCount } = await client.query(
    `update mandates
     set status = case when status in ('active', 'suspended') then 'revoked' else 'lapsed' end,
         status_cause = $3
     where source = $1 and mandate_id <> all ($2) and not is_final(status)`,
    [file.source, file.mandates.map(({ id }) => id), `no longer in source ${file.source}`],
  );
  return rowCount ?? 0;
}
