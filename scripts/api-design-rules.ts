import type { RulesetDefinition } from '@stoplight/spectral-core';
import functions from '@stoplight/spectral-functions';
import rulesets from '@stoplight/spectral-rulesets';

const { casing, pattern, schema, truthy } = functions;

/**
 * The technical rules of the NL API Design Rules 2.2 (logius-standaarden.github.io/API-Design-Rules), each under the name
 * it has there, for Spectral. The rules that Spectral brings itself say whether it is OpenAPI at all.
 */
const SUCCESS = '$..[responses][?(@property && @property.match(/^[23]\\d\\d$/))]';
const FAILURE = '$..[responses][?(@property && @property.match(/^[45]\\d\\d$/))]';
const IS_DATE = '@property && @property.match(/^(date|datum)$|[a-z](Date|Datum)$|_(date|datum)$/)';
const DATES = `$..properties[?(${IS_DATE})]`;
const ERROR = 'error';

const needs = (...required: string[]) => ({
  function: schema,
  functionOptions: { schema: { type: 'object', required } },
});
const matches = (match: string, field?: string) => ({
  ...(field !== undefined && { field }),
  function: pattern,
  functionOptions: { match },
});
const avoids = (notMatch: string, field?: string) => ({
  ...(field !== undefined && { field }),
  function: pattern,
  functionOptions: { notMatch },
});

type Rule = Exclude<
  NonNullable<Extract<RulesetDefinition, { rules: unknown }>['rules']>[string],
  string | number | boolean | readonly unknown[]
>;

const judged =
  (severity: 'error' | 'warn') =>
  (message: string, given: string | string[], checks: Rule['then']): Rule => ({
    message,
    severity,
    given,
    // biome-ignore lint/suspicious/noThenProperty: Spectral calls it that
    then: checks,
  });
const rule = judged('error');
const advice = judged('warn');

export const apiDesignRules: RulesetDefinition = {
  // Its own packages do not agree on the type of a format.
  extends: [[rulesets.oas as RulesetDefinition, 'off']],
  rules: {
    // /core/publish-openapi
    'oas3-schema': ERROR,
    'operation-operationId-unique': ERROR,
    'path-params': ERROR,
    'openapi-tags-uniqueness': ERROR,
    'oas3-valid-media-example': ERROR,
    'oas3-valid-schema-example': ERROR,
    'oas3-server-variables': ERROR,
    'oas3-api-servers': ERROR,

    // /core/doc-openapi
    'doc-openapi': rule('Describe the API in OpenAPI 3.', '$', [
      { field: 'openapi', function: truthy },
      matches('^3(\\.\\d+){1,2}$', 'openapi'),
    ]),
    'doc-openapi-contact': rule('Say whom to ask: name, email and url in info.contact.', '$.info', [
      { field: 'contact', function: truthy },
      { field: 'contact', ...needs('name', 'email', 'url') },
    ]),

    // /core/no-trailing-slash
    'path-keys-no-trailing-slash': ERROR,
    'no-trailing-slash': rule('An address does not end in a slash.', '$.paths', avoids('.+/\\s*$', '@key')),

    // /core/path-segments-kebab-case: a segment is a name, a parameter, or at the end a verb after an underscore.
    'path-segments-kebab-case': rule(
      '{{property}} is not in kebab-case.',
      '$.paths[?(@property && !@property.match(/\\/openapi\\.(json|yaml)$/))]~',
      matches('^/$|^(/([a-z0-9]+(-[a-z0-9]+)*|\\{[^{}/]+\\}))*(/_[a-z0-9]+)?/?$'),
    ),

    // /core/query-keys-camel-case
    'query-keys-camel-case': rule(
      '{{value}} is not in lower camelCase.',
      ["$.paths.*.*.parameters[?(@.in=='query')]", "$.components.securitySchemes[?(@.in=='query')]"],
      matches('^[$]?[a-z][a-z0-9]*([A-Z][a-z0-9]*)*$', 'name'),
    ),

    // /core/http-methods
    'http-methods': rule(
      'Use the methods that everybody knows.',
      '$.paths[*]',
      matches('^(get|put|post|patch|delete|head|options|parameters|summary|description|servers|\\$ref)$', '@key'),
    ),

    // /core/uri-version, /core/semver, /core/version-header
    'uri-version': rule(
      'The address of a server has the major version: /v1.',
      '$.servers[*]',
      matches('/v\\d+(/|$)', 'url'),
    ),
    semver: rule(
      'Version {{value}} is no semantic version.',
      '$.info.version',
      matches('^(0|[1-9]\\d*)(\\.(0|[1-9]\\d*)){2}(-[0-9A-Za-z.-]+)?(\\+[0-9A-Za-z.-]+)?$'),
    ),
    'version-header': rule('An answer names the full version in API-Version.', SUCCESS, {
      function: schema,
      functionOptions: {
        schema: {
          type: 'object',
          required: ['headers'],
          properties: {
            headers: {
              type: 'object',
              minProperties: 1,
              anyOf: ['API-Version', 'api-version', 'Api-Version'].map((name) => ({ required: [name] })),
            },
          },
        },
      },
    }),

    // /core/transport/tls
    'transport-tls': advice(
      'A server is reached over https: {{value}}.',
      ['$.servers[*]', '$.paths..servers[*]'],
      avoids('^http:', 'url'),
    ),

    // /core/error-handling/problem-details
    'problem-details': rule('An error is application/problem+json (RFC 9457).', `${FAILURE}.content`, {
      function: schema,
      functionOptions: {
        schema: {
          anyOf: ['application/problem+json', 'application/problem+xml'].map((name) => ({ required: [name] })),
        },
      },
    }),
    'problem-members': rule(
      'A problem has status, title and detail.',
      `${FAILURE}.content[?(@property && @property.match(/problem/))].schema`,
      {
        function: schema,
        functionOptions: {
          schema: {
            type: 'object',
            required: ['properties'],
            properties: { properties: needs('status', 'title', 'detail').functionOptions.schema },
          },
        },
      },
    ),

    // /core/error-handling/invalid-input
    'invalid-input': rule(
      'What takes input can answer 400.',
      [
        '$.paths[*][?(@property && @property.match(/^(put|post|patch)$/))]',
        '$.paths[*][?(@property && @property.match(/^(get|delete)$/) && @.parameters && @.parameters.length > 0)]',
      ],
      { field: 'responses', ...needs('400') },
    ),

    // /core/date-time/format, /timezone, /date-omit-time-portion
    'date-time-timezone': rule(
      'A moment has a time zone: format date-time.',
      '$..properties[*].format',
      avoids('^(date-time-local|time-local|time)$'),
    ),
    'date-has-format': rule("A date has format 'date'.", DATES, {
      function: schema,
      functionOptions: {
        schema: {
          anyOf: [
            { required: ['format'] },
            { required: ['allOf'], properties: { allOf: { type: 'array', items: { required: ['format'] } } } },
          ],
        },
      },
    }),
    'date-omits-time': rule(
      "What is called a date has format 'date', without a time.",
      DATES,
      avoids('^date-time$', 'format'),
    ),

    // Names of schemas
    'schema-pascal-case': advice('The name of a schema is in PascalCase: {{property}}.', '$.components.schemas[*]~', {
      function: casing,
      functionOptions: { type: 'pascal' },
    }),
  },
};
