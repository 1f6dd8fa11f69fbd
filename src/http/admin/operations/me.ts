import { z } from 'zod';
import { NEVER_CHANGED } from '../../../administer/if-match.ts';
import { whoAmI } from '../../../administer/me/who-am-i.ts';
import { enrolMyself } from '../../../administer/parties/enrol-person.ts';
import { SYSTEM_ROLES } from '../../../domain/administration.ts';
import { defineOperation, type Operation } from '../operation.ts';
import { date, loa, moment, partyView, text, uuid } from '../wire.ts';
import { partyDetails } from './party-schemas.ts';

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
        known: z
          .literal(false)
          .optional()
          .meta({ description: 'The register does not know who logged in: he makes himself known by `POST /me`.' }),
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

const enrol = defineOperation({
  id: 'enrolMyself',
  method: 'post',
  path: '/me',
  tag: 'Me',
  summary: 'Make myself known, after the first login',
  description:
    'For a person whom the register does not know: from now on he can grant, ask, and activate what was offered to him ' +
    'with a code. He is known by the identifier of this login and by no other, so that nobody becomes somebody else. ' +
    'His name and date of birth are marked as unverified until a source, or the registrar, confirms them. Whoever the ' +
    'register knows already gets 409.',
  requirements: ['R5', 'R66', 'R69', 'R128', 'R135', 'R138'],
  body: z.strictObject({ name: text(200), birth_date: date }),
  answers: { 201: { description: 'Known, unverified.', schema: partyDetails } },
  etag: 'answered',
  async handle({ session, body, administer, idempotency }) {
    const wish = { name: body.name, birthDate: body.birth_date };
    const { value, revision } = await administer.write(session, idempotency ? { idempotency } : {}, (acting) =>
      enrolMyself(acting, wish),
    );
    return { status: 201, body: value, etag: value.revision ?? NEVER_CHANGED, revision };
  },
});

export const meOperations: readonly Operation[] = [me, enrol];
