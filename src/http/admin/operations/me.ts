import { z } from 'zod';
import { whoAmI } from '../../../administer/me/who-am-i.ts';
import { SYSTEM_ROLES } from '../../../domain/administration.ts';
import { defineOperation, type Operation } from '../operation.ts';
import { loa, moment, partyView, uuid } from '../wire.ts';

const managed = z.object({
  party: partyView,
  capacity: z.enum(['manager', 'legal_representative']),
  mandate_id: uuid.meta({ description: 'By which he manages.' }),
  loa,
  valid_until: moment.optional(),
});

const me = defineOperation({
  id: 'getMe',
  method: 'get',
  path: '/me',
  tag: 'Me',
  summary: 'Who I am here, and for which parties I manage mandates',
  description:
    'A person sees his own party and the parties for whom he may manage: by law, or by a mandate on the service to ' +
    'manage mandates. Who logged in for one party sees that party alone. A system sees as what it is known.',
  requirements: ['R90', 'R91', 'R106'],
  answers: {
    200: {
      description: 'Who calls.',
      schema: z.object({
        party: partyView.optional(),
        loa: z.string().optional().meta({ description: 'Level of this login.' }),
        for: partyView.optional().meta({ description: 'The party for which he logged in.' }),
        manages: z.array(managed),
        more: z.boolean().meta({ description: 'He manages for more parties than are listed.' }),
        system: z
          .object({
            name: z.string(),
            role: z.enum(SYSTEM_ROLES),
            owner: z.object({ owner_id: uuid, oin: z.string(), name: z.string() }).optional(),
          })
          .optional(),
      }),
    },
  },
  async handle({ session, administer }) {
    return { status: 200, body: await administer.read(session, whoAmI) };
  },
});

export const meOperations: readonly Operation[] = [me];
