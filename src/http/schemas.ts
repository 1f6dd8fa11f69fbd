import { z } from 'zod';
import { openNothing, parsePartyName } from '../domain/identifier.ts';

/**
 * The requests as documented (docs/openapi.json is generated from here). `read-evaluation.ts` and `read-decision.ts`
 * read good requests faster; these schemas name every fault of the others. A property test holds both together.
 */
export const LIMITS = {
  urn: 200,
  loa: 128,
  service: 256,
  operation: 128,
  case: 256,
  time: 64,
  type: 64,
  together: 10,
  items: 100,
};
export const BRANCH = /^[0-9]{12}$/;
export const REVISION = /^[1-9][0-9]{0,8}\.(0|[1-9][0-9]{0,14})$/;

const text = (max: number) => z.string().min(1).max(max);
const loa = text(LIMITS.loa).meta({
  description: 'Level of assurance, in the spelling of eTD, eIDAS or DigiD.',
  examples: ['eh3'],
});
const operation = text(LIMITS.operation).meta({
  description: 'What is done within the service.',
  examples: ['submit'],
});
const caseId = text(LIMITS.case).meta({ description: 'One case of the service.', examples: ['OLO-2026-1'] });
const service = text(LIMITS.service).meta({
  description: 'ServiceID, or ServiceUUID with one active instance.',
  examples: ['urn:etoegang:DV:00000003123456780000:services:1'],
});
const minRevision = z
  .string()
  .regex(REVISION, 'must be epoch.n, as in data_revision')
  .meta({
    description: 'Answer from data at or beyond this revision, or not at all.',
    examples: ['1.4711'],
  });
const branchText = z.string().regex(BRANCH, 'must be twelve digits').meta({
  description: 'Branch of the represented party; 0000 and its own KvK number says that it has none.',
});

const identifier = text(LIMITS.urn).superRefine((value, context) => {
  const parsed = parsePartyName(value, openNothing);
  if (typeof parsed === 'string') context.addIssue({ code: 'custom', message: parsed });
});
const identifierOf = (description: string, example: string) =>
  identifier.meta({ description: `${description}, as URN.`, examples: [example] });
const urnOf = (description: string, example: string) =>
  text(LIMITS.urn).meta({ description: `${description}, as URN.`, examples: [example] });

/** POST /v1/decision. Closed: a misspelt `branch` must be a fault and never a wider question. */
export const decisionRequest = z
  .strictObject({
    actor: identifierOf('The person who acts: a BSN, or the means he logged in with', 'urn:etoegang:pseudonym:…'),
    loa: loa.optional(),
    represented: identifierOf('The party for whom', 'urn:nl:kvk:90000001'),
    branch: branchText.optional(),
    service,
    operation: operation.optional(),
    case: caseId.optional(),
    via: identifierOf(
      'The intermediary through whom; then only chains through it count',
      'urn:nl:kvk:90000002',
    ).optional(),
    min_loa: loa.optional(),
    min_revision: minRevision.optional(),
    together: z
      .array(
        z.strictObject({
          id: identifierOf(
            'One who acts together with the actor, and logged in with you as well',
            'urn:etoegang:pseudonym:…',
          ),
          loa: loa.optional(),
        }),
      )
      .max(LIMITS.together)
      .optional(),
  })
  .meta({ title: 'May this actor act for that party?' });

const free = z.looseObject({}).meta({ description: 'Free for the policy to read.' });
const party = { type: text(LIMITS.type), id: text(LIMITS.urn) };

/** What AuthZEN 1.0 asks of every evaluation, whatever the policy. Unknown fields are ignored. */
export const authzenRequest = z.looseObject({
  subject: z.looseObject({ ...party, properties: free.optional() }),
  action: z.looseObject({ name: text(LIMITS.service), properties: free.optional() }),
  resource: z.looseObject({ ...party, properties: free.optional() }),
  context: free.optional(),
});

const partyType = text(LIMITS.type).meta({ description: 'person or organisation; must fit the identifier.' });

/** POST /access/v1/evaluation about mandates. Identifiers are judged later: an impossible one is a denial. */
export const evaluationRequest = z
  .looseObject({
    subject: z.looseObject({
      type: partyType,
      id: urnOf('The person who acts: a BSN, or the means he logged in with', 'urn:etoegang:pseudonym:…'),
      properties: z
        .looseObject({
          loa: loa.optional(),
          via: urnOf(
            'The intermediary through whom; then only chains through it count',
            'urn:nl:kvk:90000002',
          ).optional(),
        })
        .optional(),
    }),
    action: z.looseObject({
      name: service,
      properties: z.looseObject({ operation: operation.optional() }).optional(),
    }),
    resource: z.looseObject({
      type: partyType,
      id: urnOf('The party for whom', 'urn:nl:kvk:90000001'),
      properties: z
        .looseObject({
          branch: text(LIMITS.urn)
            .meta({ description: 'Branch of the represented party: twelve digits.', examples: ['000012345678'] })
            .optional(),
          case: caseId.optional(),
        })
        .optional(),
    }),
    context: z
      .looseObject({
        min_loa: loa.optional(),
        min_revision: minRevision.optional(),
        together: z
          .array(z.looseObject({ id: urnOf('One who acts together with the actor', 'urn:…'), loa: loa.optional() }))
          .max(LIMITS.together)
          .optional(),
        time: text(LIMITS.time).meta({ description: 'Recorded, never used as now.' }).optional(),
        traceparent: text(LIMITS.loa).meta({ description: 'W3C Trace Context.' }).optional(),
      })
      .optional(),
  })
  .meta({ title: 'May this subject use that service for this resource?' });

export const SEMANTICS = ['execute_all', 'deny_on_first_deny', 'permit_on_first_permit'] as const;

/** The frame of POST /access/v1/evaluations; each item is judged on its own, after the defaults were filled in. */
export const evaluationsFrame = z.looseObject({
  evaluations: z.array(z.unknown()).max(LIMITS.items).optional(),
  options: z.looseObject({ evaluations_semantic: z.enum(SEMANTICS).optional() }).optional(),
});
