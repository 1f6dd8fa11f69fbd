/** An OpenAPI document of which each part may be spoiled. */
// biome-ignore lint/suspicious/noExplicitAny: anything may be made wrong in it
type Description = Record<string, any>;

const problem = {
  type: 'object',
  properties: { status: { type: 'integer' }, title: { type: 'string' }, detail: { type: 'string' } },
};

const refusal = {
  description: 'no',
  content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
};

/** A small description that keeps to every rule. */
export function goodDescription(): Description {
  return structuredClone({
    openapi: '3.1.0',
    info: {
      title: 'Things',
      version: '1.0.0',
      contact: { name: 'Things', email: 'things@register.example', url: 'https://register.example' },
    },
    servers: [{ url: 'https://{host}/v1', variables: { host: { default: 'register.example' } } }],
    tags: [{ name: 'Things' }],
    paths: {
      '/small-things/{thingId}': {
        get: {
          operationId: 'getThing',
          tags: ['Things'],
          parameters: [
            { name: 'thingId', in: 'path', required: true, schema: { type: 'string' } },
            { name: 'onlyNew', in: 'query', schema: { type: 'boolean' } },
          ],
          responses: {
            200: {
              description: 'yes',
              headers: { 'API-Version': { schema: { type: 'string' } } },
              content: {
                'application/json': {
                  schema: { $ref: '#/components/schemas/Thing' },
                  example: { birth_date: '2000-01-01' },
                },
              },
            },
            400: refusal,
          },
        },
      },
      '/small-things/_search': {
        post: {
          operationId: 'searchThings',
          tags: ['Things'],
          responses: {
            200: { description: 'yes', headers: { 'API-Version': { schema: { type: 'string' } } } },
            400: refusal,
          },
        },
      },
    },
    components: {
      schemas: {
        Problem: problem,
        Thing: {
          type: 'object',
          properties: {
            birth_date: { type: 'string', format: 'date' },
            made_at: { type: 'string', format: 'date-time' },
          },
        },
      },
    },
  });
}

const get = (d: Description) => d.paths['/small-things/{thingId}'].get;
const fields = (d: Description) => d.components.schemas.Thing.properties;
const move = (d: Description, to: string) => {
  d.paths[to] = d.paths['/small-things/_search'];
  delete d.paths['/small-things/_search'];
};

/** Each rule, and how to break it. */
export const brokenDescriptions: [rule: string, spoil: (d: Description) => void][] = [
  ['oas3-schema', (d) => (get(d).responses[200].description = 7)],
  ['operation-operationId-unique', (d) => (get(d).operationId = 'searchThings')],
  ['path-params', (d) => get(d).parameters.shift()],
  ['openapi-tags-uniqueness', (d) => d.tags.push({ name: 'Things' })],
  ['oas3-valid-media-example', (d) => (get(d).responses[200].content['application/json'].example = { birth_date: 7 })],
  ['oas3-valid-schema-example', (d) => (fields(d).birth_date.default = 7)],
  ['oas3-server-variables', (d) => delete d.servers[0].variables],
  ['oas3-api-servers', (d) => (d.servers = [])],
  ['doc-openapi', (d) => (d.openapi = '3.1.0.0')],
  ['doc-openapi-contact', (d) => delete d.info.contact.email],
  ['path-keys-no-trailing-slash', (d) => move(d, '/small-things/')],
  ['no-trailing-slash', (d) => move(d, '/small-things/')],
  ['path-segments-kebab-case', (d) => move(d, '/smallThings')],
  ['query-keys-camel-case', (d) => (get(d).parameters[1].name = 'only_new')],
  ['http-methods', (d) => (d.paths['/small-things/_search'].trace = d.paths['/small-things/_search'].post)],
  ['uri-version', (d) => (d.servers[0].url = 'https://{host}/')],
  ['semver', (d) => (d.info.version = '1.0')],
  ['version-header', (d) => delete get(d).responses[200].headers['API-Version']],
  ['transport-tls', (d) => (d.servers[0].url = 'http://{host}/v1')],
  ['problem-details', (d) => (get(d).responses[400].content = { 'application/json': {} })],
  ['problem-members', (d) => delete d.components.schemas.Problem.properties.detail],
  ['invalid-input', (d) => delete get(d).responses[400]],
  ['date-time-timezone', (d) => (fields(d).made_at.format = 'date-time-local')],
  ['date-has-format', (d) => delete fields(d).birth_date.format],
  ['date-omits-time', (d) => (fields(d).birth_date.format = 'date-time')],
  ['schema-pascal-case', (d) => (d.components.schemas.small_thing = { type: 'object' })],
];
