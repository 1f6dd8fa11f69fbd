import { z } from 'zod';
import { API_VERSION } from './exchange.ts';
import { explainAnswer, explainRequest } from './explain-schemas.ts';
import { decisionAnswer, evaluationResponse, evaluationsResponse, metadata, problem } from './response-schemas.ts';
import { decisionRequest, evaluationRequest, evaluationsFrame } from './schemas.ts';
import {
  actionSearch,
  actionsFound,
  resourceSearch,
  resourcesFound,
  subjectSearch,
  subjectsFound,
} from './search-schemas.ts';

const SCHEMAS = {
  DecisionRequest: decisionRequest,
  DecisionAnswer: decisionAnswer,
  ExplainRequest: explainRequest,
  ExplainAnswer: explainAnswer,
  EvaluationRequest: evaluationRequest,
  EvaluationResponse: evaluationResponse,
  EvaluationsRequest: z.looseObject({ ...evaluationRequest.partial().shape, ...evaluationsFrame.shape }),
  EvaluationsResponse: z.union([evaluationsResponse, evaluationResponse]),
  SubjectSearch: subjectSearch,
  SubjectsFound: subjectsFound,
  ResourceSearch: resourceSearch,
  ResourcesFound: resourcesFound,
  ActionSearch: actionSearch,
  ActionsFound: actionsFound,
  Metadata: metadata,
  Problem: problem,
};

type SchemaName = keyof typeof SCHEMAS;

/** OpenAPI 3.1 of the decision port, from the schemas that judge the requests. */
export function openApi(): object {
  const schemas = Object.entries(SCHEMAS).map(([name, schema]) => [name, toJsonSchema(schema)]);
  return {
    openapi: '3.1.0',
    info: {
      title: 'machtig: decisions',
      version: API_VERSION,
      summary: 'May this person act for that party, for this service, now, and on what ground?',
      license: { name: 'EUPL-1.2', identifier: 'EUPL-1.2' },
    },
    servers: [{ url: 'http://127.0.0.1:8181', description: 'A sidecar beside the caller' }],
    security: [{ token: [] }, { certificate: [] }, {}],
    paths: PATHS,
    components: {
      schemas: Object.fromEntries(schemas),
      headers: HEADERS,
      securitySchemes: {
        token: { type: 'http', scheme: 'bearer' },
        certificate: { type: 'mutualTLS' },
      },
    },
  };
}

function toJsonSchema(schema: z.ZodType): object {
  const { $schema, ...rest } = z.toJSONSchema(schema, { io: 'input' });
  return rest;
}

const HEADERS = {
  ApiVersion: { description: 'Version of this API.', schema: { type: 'string' } },
  RequestId: { description: "The caller's X-Request-ID, or one of ours.", schema: { type: 'string' } },
};

const ref = (kind: 'schemas' | 'headers', name: string) => ({ $ref: `#/components/${kind}/${name}` });
const headers = { 'API-Version': ref('headers', 'ApiVersion'), 'X-Request-ID': ref('headers', 'RequestId') };
const answers = (description: string, type: string, name: SchemaName) => ({
  description,
  headers,
  content: { [type]: { schema: ref('schemas', name) } },
});
const refuses = (description: string) => answers(description, 'application/problem+json', 'Problem');

const PROBLEMS = {
  400: refuses('The request is not as it should be; every fault is listed.'),
  401: refuses('The caller is unknown.'),
  403: refuses('This caller may not ask this question.'),
  409: refuses('min_revision is of another epoch.'),
  413: refuses('The body is larger than 64 KiB.'),
  421: refuses('The Host header names no host of this process.'),
  500: refuses('Something went wrong here.'),
  503: refuses('No decision can be given now; code says why.'),
};

function question(operationId: string, summary: string, request: SchemaName, response: SchemaName) {
  return {
    post: {
      operationId,
      summary,
      requestBody: { required: true, content: { 'application/json': { schema: ref('schemas', request) } } },
      responses: { 200: answers('Decided; a denial is an answer too.', 'application/json', response), ...PROBLEMS },
    },
  };
}

/** Only where the bundle can say why, and for callers with the right `details`. */
function explanation() {
  const { post } = question('explain', 'Why: every rule on every path found', 'ExplainRequest', 'ExplainAnswer');
  const responses = {
    ...post.responses,
    200: answers('Explained. Nobody may act on it.', 'application/json', 'ExplainAnswer'),
    404: refuses('The policy in use cannot say why.'),
    429: refuses('One explanation at a time; try again.'),
  };
  return { post: { ...post, responses } };
}

/** Only for callers with the right `search`. */
function search(operationId: string, summary: string, request: SchemaName, response: SchemaName) {
  const { post } = question(operationId, summary, request, response);
  const responses = {
    ...post.responses,
    200: answers('A page of results; nothing found is an answer too.', 'application/json', response),
    429: refuses('As many searches as may be are under way; try again.'),
  };
  return { post: { ...post, responses } };
}

const PATHS = {
  '/v1/decision': question('decide', 'The short form, for people and scripts', 'DecisionRequest', 'DecisionAnswer'),
  '/v1/explain': explanation(),
  '/access/v1/evaluation': question(
    'evaluate',
    'AuthZEN 1.0 Access Evaluation',
    'EvaluationRequest',
    'EvaluationResponse',
  ),
  '/access/v1/evaluations': question(
    'evaluateMany',
    'AuthZEN 1.0 Access Evaluations',
    'EvaluationsRequest',
    'EvaluationsResponse',
  ),
  '/access/v1/search/subject': search(
    'searchSubjects',
    'AuthZEN 1.0 Subject Search: who may act',
    'SubjectSearch',
    'SubjectsFound',
  ),
  '/access/v1/search/resource': search(
    'searchResources',
    'AuthZEN 1.0 Resource Search: for whom',
    'ResourceSearch',
    'ResourcesFound',
  ),
  '/access/v1/search/action': search(
    'searchActions',
    'AuthZEN 1.0 Action Search: with which services',
    'ActionSearch',
    'ActionsFound',
  ),
  '/.well-known/authzen-configuration': {
    get: {
      operationId: 'discover',
      summary: 'AuthZEN 1.0 metadata; only where MACHTIG_PUBLIC_URL is set',
      security: [{}],
      responses: {
        200: answers('What this decision point offers.', 'application/json', 'Metadata'),
        404: refuses('Not configured.'),
      },
    },
  },
};
