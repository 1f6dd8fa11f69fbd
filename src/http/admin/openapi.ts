import { API_VERSION } from '../exchange.ts';
import { HEADERS, isRead, problemResponses, type Responses, responsesOf } from './openapi-answers.ts';
import { exampleOf } from './openapi-example.ts';
import {
  type ComponentSchemas,
  componentSchemas,
  type JsonSchema,
  type Parameter,
  parametersOf,
  refTo,
} from './openapi-schemas.ts';
import type { Operation } from './operation.ts';

/** One operation as described. */
export interface OperationDoc {
  operationId: string;
  tags: string[];
  summary: string;
  description?: string;
  parameters?: Parameter[];
  requestBody?: { required: boolean; content: Record<string, { schema: object; example?: unknown }> };
  responses: Responses;
  security?: object[];
  /** Numbers of docs/requirements.md. */
  'x-requirements'?: string[];
}

/** The description of the admin API. */
export interface AdminDocument {
  openapi: string;
  info: object;
  servers: object[];
  security: object[];
  tags: { name: string }[];
  paths: Record<string, Record<string, OperationDoc>>;
  components: { schemas: Record<string, JsonSchema> } & Record<string, object>;
}

/** OpenAPI 3.1 of the admin API, from the schemas that judge its requests. */
export function adminOpenApi(operations: readonly Operation[]): AdminDocument {
  const schemas = componentSchemas(operations);
  return {
    openapi: '3.1.0',
    info: INFO,
    servers: [
      {
        url: 'https://{host}/v1',
        description: 'Your register',
        variables: { host: { default: 'register.example:8282', description: 'Name and port of the admin API.' } },
      },
    ],
    security: [{ login: [] }, { certificate: [] }, { apiKey: [] }],
    tags: [...new Set([...operations.map(({ tag }) => tag), 'Description'])].map((name) => ({ name })),
    paths: pathsOf(operations, schemas),
    components: {
      schemas: schemas.schemas,
      responses: problemResponses(),
      headers: HEADERS,
      securitySchemes: SECURITY,
    },
  };
}

const INFO = {
  title: 'machtig: mandates and their management',
  version: API_VERSION,
  summary: 'Grant, ask for, change and end mandates; manage parties, means and services; see what was done.',
  description:
    'Who may do what is decided by the same rules that decide about mandates. A refused act is 403 with every reason. ' +
    'Writes take an Idempotency-Key, changes of one mandate an If-Match, and every write answers with its revision. ' +
    'Personal numbers stand in bodies alone, never in an address.',
  contact: {
    name: 'machtig',
    email: 'machtig@register.example',
    url: 'https://register.example/machtig',
  },
  license: { name: 'EUPL-1.2', identifier: 'EUPL-1.2' },
};

const SECURITY = {
  login: {
    type: 'openIdConnect',
    openIdConnectUrl: 'https://login.example/.well-known/openid-configuration',
    description: 'A person: an access token of the configured provider, with acr as the level of the login.',
  },
  certificate: { type: 'mutualTLS', description: 'A system: a client certificate with the OIN of its organisation.' },
  apiKey: { type: 'http', scheme: 'bearer', description: 'A system: a key of the register.' },
};

function pathsOf(operations: readonly Operation[], schemas: ComponentSchemas): AdminDocument['paths'] {
  const paths: AdminDocument['paths'] = {};
  for (const operation of operations) {
    paths[operation.path] = { ...paths[operation.path], [operation.method]: toDoc(operation, schemas) };
  }
  return { ...paths, '/openapi.json': { get: SELF } };
}

const SELF: OperationDoc = {
  operationId: 'describe',
  tags: ['Description'],
  summary: 'This description, for whoever may reach the address',
  security: [],
  responses: {
    200: {
      description: 'OpenAPI 3.1.',
      headers: { 'API-Version': { $ref: '#/components/headers/ApiVersion' } },
      content: { 'application/json': { schema: { type: 'object' } } },
    },
    406: { $ref: '#/components/responses/NotAcceptable' },
    421: { $ref: '#/components/responses/HostRefused' },
    429: { $ref: '#/components/responses/TooManyRequests' },
  },
};

function toDoc(operation: Operation, schemas: ComponentSchemas): OperationDoc {
  const { id, tag, summary, description, requirements } = operation;
  const parameters = [
    ...parametersOf('path', operation.params),
    ...parametersOf('query', operation.query),
    ...headersFor(operation),
  ];
  const requestBody = requestBodyOf(operation, schemas);
  return {
    operationId: id,
    tags: [tag],
    summary,
    ...(description !== undefined && { description }),
    ...(parameters.length > 0 && { parameters }),
    ...(requestBody && { requestBody }),
    responses: responsesOf(operation, schemas),
    ...(requirements.length > 0 && { 'x-requirements': [...requirements] }),
  };
}

function headersFor(operation: Operation): Parameter[] {
  if (isRead(operation)) return [];
  const inHeader = (name: string, required: boolean, description: string, schema: JsonSchema): Parameter => ({
    name,
    in: 'header',
    required,
    description,
    schema,
  });
  return [
    ...(operation.etag === 'required'
      ? [inHeader('If-Match', true, 'The ETag of what you have seen.', { type: 'string', examples: ['"1.4711"'] })]
      : []),
    inHeader('Idempotency-Key', false, 'A repeat with the same key and the same request is answered the same.', {
      type: 'string',
      minLength: 1,
      maxLength: 130,
      examples: ['"8e03978e-40d5-43dd-bc93-6894a57f9324"'],
    }),
    inHeader(
      'Signature-JWS',
      false,
      'A qualified signature over the request, as JWS without its payload: what mandates at eh4 take.',
      { type: 'string' },
    ),
  ];
}

function requestBodyOf(operation: Operation, schemas: ComponentSchemas): OperationDoc['requestBody'] {
  const { body, consumes } = operation;
  if (body === undefined) return undefined;
  const required = !body.safeParse(undefined).success;
  if (consumes !== undefined) return { required, content: { [consumes]: { schema: { type: 'string' } } } };
  const name = schemas.bodyOf(operation) ?? '';
  const example = exampleOf(schemas.schemas[name] ?? {}, schemas.schemas);
  const content = { schema: refTo(name), ...(example !== undefined && { example }) };
  return { required, content: { 'application/json': content } };
}
