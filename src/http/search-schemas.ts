import { z } from 'zod';
import { evaluationRequest } from './schemas.ts';

export const SEARCH_LIMITS = { token: 2048, results: 1000, resultsByDefault: 100 };

const { subject, action, resource, context } = evaluationRequest.shape;

/** More than the most is no fault: a page may always hold fewer than asked for. */
const page = z
  .looseObject({
    token: z
      .string()
      .max(SEARCH_LIMITS.token)
      .meta({ description: '`next_token` of the page before, with the same search; it keeps an hour.' })
      .optional(),
    limit: z
      .int()
      .min(1)
      .meta({
        description: `Results on the page at most: ${SEARCH_LIMITS.resultsByDefault} unless said, never more than ${SEARCH_LIMITS.results}.`,
      })
      .optional(),
  })
  .optional();

/** POST /access/v1/search/subject. An id of what is searched is ignored, as AuthZEN asks. */
export const subjectSearch = z
  .looseObject({ subject: subject.omit({ id: true }), action, resource, context, page })
  .meta({ title: 'Who may use that service for this resource?' });

/** POST /access/v1/search/resource */
export const resourceSearch = z
  .looseObject({ subject, action, resource: resource.omit({ id: true }), context, page })
  .meta({ title: 'For whom may this subject use that service?' });

/** POST /access/v1/search/action */
export const actionSearch = z
  .looseObject({ subject, resource, context, page })
  .meta({ title: 'Which services may this subject use for this resource?' });

const described = <T extends z.ZodType>(schema: T, description: string): T => schema.meta({ description });

const responsePage = z.strictObject({
  next_token: described(
    z.string(),
    'Empty on the last page; else send it as page.token, with the same search. A page may be short, even empty.',
  ),
  count: described(z.int(), 'Results on this page.'),
  total: described(z.int(), 'All results; only where this page holds them.').optional(),
});
const responseContext = z.strictObject({
  id: described(z.uuid(), 'Names this search in the records.'),
  reasons: described(
    z.array(z.string()),
    'Why nothing can be found, or what was not looked for. What each means: reasons.md.',
  ).optional(),
  policy_revision: described(z.string(), 'The policy that judged.'),
  data_revision: described(z.string(), 'Nothing here rests on data from before this revision: epoch.n.'),
  data_age_ms: described(z.number(), 'How old that data may be at most, in milliseconds.'),
});
const parties = (properties: z.ZodType) =>
  z.array(
    z.strictObject({
      type: z.enum(['person', 'organisation']),
      id: described(z.string(), 'A URN that evaluation takes: a number, or a handle where it may not be told.'),
      properties: properties.optional(),
    }),
  );
const services = z.array(
  z.strictObject({
    name: described(z.string(), 'ServiceID.'),
    properties: z.strictObject({ operation: z.string() }).optional(),
  }),
);
const answer = (results: z.ZodType) => z.strictObject({ results, page: responsePage, context: responseContext });

export const subjectsFound = answer(
  parties(z.strictObject({ loa: z.string().optional(), via: z.string().optional() })),
).meta({ title: 'Persons who may; in the place of the subject, each evaluates to true' });

export const resourcesFound = answer(
  parties(z.strictObject({ branch: z.string().optional(), case: z.string().optional() })),
).meta({ title: 'Parties for whom it may be done; in the place of the resource, each evaluates to true' });

export const actionsFound = answer(services).meta({
  title: 'Services that may be used; in the place of the action, each evaluates to true',
});
