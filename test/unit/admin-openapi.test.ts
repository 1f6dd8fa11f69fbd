import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { lintApi } from '../../scripts/lint-api.ts';
import { OPERATIONS } from '../../src/http/admin/all-operations.ts';
import { adminOpenApi } from '../../src/http/admin/openapi.ts';
import { adminApiPage } from '../../src/http/admin/reference-markdown.ts';
import { ADMIN_CODES } from '../../src/http/problem.ts';
import { brokenDescriptions, goodDescription } from '../support/api-descriptions.ts';

const document = adminOpenApi(OPERATIONS);
const text = `${JSON.stringify(document, null, 2)}\n`;

describe('the description of the admin API', () => {
  it('is docs/admin-openapi.json', async () => {
    await expect(text).toMatchFileSnapshot('../../docs/admin-openapi.json');
  });

  it('is docs/admin-api.md for readers, with every error code', async () => {
    const page = adminApiPage(OPERATIONS);
    await expect(page).toMatchFileSnapshot('../../docs/admin-api.md');
    for (const code of ADMIN_CODES) expect(page).toContain(`\`${code}\``);
  });

  it('leads somewhere with every reference', () => {
    const { components } = z
      .object({ components: z.record(z.string(), z.record(z.string(), z.unknown())) })
      .parse(JSON.parse(text));
    const broken = [...text.matchAll(/#\/components\/(\w+)\/([\w.-]+)/g)].filter(
      ([, kind = '', name = '']) => components[kind]?.[name] === undefined,
    );
    expect(broken).toEqual([]);
  });

  it('keeps to the NL API Design Rules, without an error or a warning', async () => {
    expect(await lintApi(text)).toEqual([]);
  });

  it('has an example for every JSON body', () => {
    const without = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.entries(methods)
        .filter(([, { requestBody }]) => {
          const media = requestBody?.content['application/json'];
          return media !== undefined && media.example === undefined;
        })
        .map(([method]) => `${method} ${path}`),
    );
    expect(without).toEqual([]);
  });

  it('asks for no personal number in an address', () => {
    const named = OPERATIONS.flatMap(({ id, params, query }) =>
      [...Object.keys(params?.shape ?? {}), ...Object.keys(query?.shape ?? {})].map((name) => `${id} ${name}`),
    );
    expect(named.filter((name) => /bsn|pseudonym|birth|party$/i.test(name))).toEqual([]);
  });
});

describe('operations', () => {
  it('have a name of their own, and one address each', () => {
    const twice = (list: string[]) => list.filter((one, index) => list.indexOf(one) !== index);
    expect(twice(OPERATIONS.map(({ id }) => id))).toEqual([]);
    expect(twice(OPERATIONS.map(({ method, path }) => `${method} ${path}`))).toEqual([]);
  });

  it('name every parameter of their path, and no other', () => {
    const wrong = OPERATIONS.filter(({ path, params }) => {
      const named = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
      return (
        named.sort().join() !==
        Object.keys(params?.shape ?? {})
          .sort()
          .join()
      );
    });
    expect(wrong.map(({ id }) => id)).toEqual([]);
  });

  it('refuse what their bodies do not name, at every depth', () => {
    const open: string[] = [];
    const walk = (value: unknown, at: string) => {
      const { success, data } = z.looseObject({}).safeParse(value);
      if (Array.isArray(value)) for (const [index, one] of value.entries()) walk(one, `${at}/${index}`);
      if (!success) return;
      if ('properties' in data && data.additionalProperties !== false) open.push(at);
      for (const [name, one] of Object.entries(data)) walk(one, `${at}/${name}`);
    };
    for (const [name, schema] of Object.entries(document.components.schemas)) {
      if (name.endsWith('Request')) walk(schema, name);
    }
    expect(open).toEqual([]);
  });
});

describe('the design rules', () => {
  it('find nothing in a good description', async () => {
    expect(await lintApi(JSON.stringify(goodDescription()))).toEqual([]);
  });

  it.each(brokenDescriptions)('find a description that breaks %s', async (rule, spoil) => {
    const broken = goodDescription();
    spoil(broken);
    expect((await lintApi(JSON.stringify(broken))).map((finding) => finding.rule)).toContain(rule);
  });

  it('are each broken by a description above', async () => {
    const { apiDesignRules } = await import('../../scripts/api-design-rules.ts');
    const broken = brokenDescriptions.map(([rule]) => rule);
    const rules = z.object({ rules: z.record(z.string(), z.unknown()) }).parse(apiDesignRules).rules;
    expect(Object.keys(rules).filter((rule) => !broken.includes(rule))).toEqual([]);
  });
});
