import type pg from 'pg';
import { AppError } from '../../domain/errors.ts';
import type { Loa, PartyId } from '../../domain/facts.ts';
import type { Acting } from '../acting.ts';

export const PAPER_KINDS = ['grant', 'change', 'revoke', 'suspension'] as const;
export type PaperKind = (typeof PAPER_KINDS)[number];

/** A request on paper as it lies there, locked. */
export interface PaperRow {
  paper_request_id: string;
  kind: PaperKind;
  represented: PartyId;
  signed_by: PartyId;
  mandates: string[];
  loa: Loa;
  received_at: Date;
  outcome: 'executed' | 'refused' | null;
}

/** As it is answered; the shape is `paperView` in src/http/admin/operations/paper.ts. */
export type PaperView = Readonly<Record<string, unknown>> & {
  paper_request_id: string;
  due_at: string;
  overdue: boolean;
};

/** @throws AppError `not_found` */
export async function lockPaper(client: pg.ClientBase, id: string): Promise<PaperRow> {
  const { rows } = await client.query<PaperRow>(
    `select paper_request_id, kind, represented, signed_by, mandates, loa, received_at, outcome
     from paper_requests where paper_request_id = $1 for update`,
    [id],
  );
  const [paper] = rows;
  if (paper === undefined) throw new AppError('not_found', 'there is no such request on paper');
  return paper;
}

/** @throws AppError `act_refused` | `not_found` */
export async function viewPaper(acting: Acting, id: string): Promise<PaperView> {
  await acting.authorise({ name: 'paper.register' });
  return readPaper(acting, id);
}

/** @throws AppError `not_found` */
export async function readPaper({ client, now }: Acting, id: string): Promise<PaperView> {
  const { rows } = await client.query<{ view: PaperView }>(
    'select paper_request_view(p, $2) as view from paper_requests p where paper_request_id = $1',
    [id, now],
  );
  const [found] = rows;
  if (found === undefined) throw new AppError('not_found', 'there is no such request on paper');
  return found.view;
}

export interface PaperSearch {
  represented?: PartyId;
  kind?: PaperKind;
  /** Default: those that wait. */
  outcome?: 'open' | 'executed' | 'refused' | 'any';
  /** Waiting beyond their two working days. */
  overdue?: boolean;
  limit: number;
  after?: { dueAt: string; id: string };
}

/** By the moment at which they are due. @throws AppError `act_refused` */
export async function searchPaper(acting: Acting, search: PaperSearch): Promise<PaperView[]> {
  await acting.authorise({ name: 'paper.register' });
  const { represented, kind, outcome = 'open', overdue, limit, after } = search;
  const { rows } = await acting.client.query<{ view: PaperView }>(
    `select paper_request_view(p, $6) as view from paper_requests p
     where ($1::uuid is null or p.represented = $1) and ($2::text is null or p.kind = $2)
       and case $3 when 'open' then p.outcome is null when 'any' then true else p.outcome = $3 end
       and ($4::boolean is null or (p.outcome is null and p.due_at <= $6) = $4)
       and ($5::timestamptz is null or (p.due_at, p.paper_request_id) > ($5, $7::uuid))
     order by p.due_at, p.paper_request_id limit $8`,
    [
      represented ?? null,
      kind ?? null,
      outcome,
      overdue ?? null,
      after?.dueAt ?? null,
      acting.now,
      after?.id ?? null,
      limit,
    ],
  );
  return rows.map(({ view }) => view);
}
