import type pg from 'pg';

/** Mandates as the admin API answers them, in the order asked; the shape is `mandateView` in src/http/admin/wire.ts. */
export async function viewMandates(client: pg.ClientBase, ids: readonly string[]): Promise<unknown[]> {
  const { rows } = await client.query<{ view: unknown }>(
    `select mandate_view(m) as view from unnest($1::uuid[]) with ordinality as asked (mandate_id, place)
     join mandates m using (mandate_id) order by place`,
    [ids],
  );
  return rows.map(({ view }) => view);
}
