import { z } from 'zod';
import { listOwners, registerOwner } from '../../../administer/catalogue/owners.ts';
import { defineOperation, type Operation } from '../operation.ts';
import { revision, text } from '../wire.ts';
import { listQuery, oin, ownerView } from './catalogue-schemas.ts';

const list = defineOperation({
  id: 'listServiceOwners',
  method: 'get',
  path: '/service-owners',
  tag: 'Services',
  summary: 'The organisations that offer services',
  requirements: ['R44', 'R130'],
  query: z.object(listQuery),
  answers: {
    200: {
      description: 'One page, by OIN.',
      schema: z.object({ items: z.array(ownerView), next: z.string().optional() }),
    },
  },
  async handle({ session, query, administer, pages }) {
    const after = pages.read(query.after, {}) as [string] | undefined; // As `write` was given it below.
    const { limit } = query;
    const items = await administer.read(session, (acting) =>
      listOwners(acting, { limit, ...(after && { after: after[0] }) }),
    );
    const last = items.at(-1);
    const more = last !== undefined && items.length === limit;
    return { status: 200, body: { items, ...(more && { next: pages.write([last.oin], {}) }) } };
  },
});

const register = defineOperation({
  id: 'registerServiceOwner',
  method: 'post',
  path: '/service-owners',
  tag: 'Services',
  summary: 'Register an organisation that offers services, or give it another name',
  description: 'Done by whoever keeps the register. The OIN stays.',
  requirements: ['R44'],
  body: z.strictObject({ oin, name: text(64) }),
  answers: { 201: { description: 'Registered.', schema: ownerView.extend({ revision }) } },
  async handle({ session, body, administer, idempotency }) {
    const { value, revision: at } = await administer.write(session, { idempotency }, (acting) =>
      registerOwner(acting, body),
    );
    return { status: 201, body: { ...value, revision: at }, revision: at };
  },
});

export const serviceOwnersOperations: readonly Operation[] = [list, register];
