import { z } from 'zod';
import { moment, uuid } from '../wire.ts';
import { ownerView } from './catalogue-schemas.ts';

export const setParams = z.object({ setId: uuid });

const members = z.array(z.object({ service_uuid: uuid, name: z.string(), since_version: z.number().int() }));

export const versionView = z
  .object({ set_id: uuid, version: z.number().int(), members })
  .meta({ title: 'A version of a service set' });

const draft = z
  .object({
    version: z.number().int(),
    additions: z.array(z.object({ service_uuid: uuid, name: z.string(), owners: z.array(ownerView) })),
    proposed_at: moment,
    consented: z.array(ownerView),
    waiting_for: z.array(ownerView),
  })
  .meta({ title: 'A version that waits for consent' });

export const setView = z
  .object({
    set_id: uuid,
    name: z.string(),
    owner: ownerView,
    version: z.number().int(),
    members,
    draft: draft.optional(),
    revision: z.string().optional(),
  })
  .meta({ title: 'A service set' });
