import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { makeAdminEngine } from '../../src/policy/admin-engine.ts';
import { readAdminVerdict } from '../../src/policy/admin-result.ts';
import { adminSchemaText } from '../../src/policy/admin-schema.ts';
import { readBundle } from '../../src/policy/bundle.ts';
import { fixtureBundle } from '../support/policy-fixtures.ts';

const ROOT = join(import.meta.dirname, '../..');
const ALLOW = { allow: true, reasons: [], capacity: 'manager', authority: ['m'], holders_required: null };
const DENY = { allow: false, reasons: ['no'], capacity: null, authority: [], holders_required: null };

describe('the verdict of admin/decision', () => {
  it.each([ALLOW, { ...ALLOW, holders_required: 2 }, DENY])('is taken as it is: %j', (verdict) => {
    expect(readAdminVerdict(verdict)).toEqual(verdict);
  });

  it.each([
    [undefined, /no object/],
    [[], /no object/],
    [{ ...ALLOW, extra: 1 }, /unknown field extra/],
    [{ ...ALLOW, allow: 'true' }, /no well-formed allow/],
    [{ ...ALLOW, capacity: 'king' }, /no well-formed capacity/],
    [{ ...ALLOW, authority: [1] }, /no well-formed authority/],
    [{ ...ALLOW, holders_required: 1.5 }, /no well-formed holders_required/],
    [{ allow: true, reasons: [], capacity: 'manager', authority: [] }, /no well-formed holders_required/],
    [{ ...ALLOW, capacity: null }, /an allow with reasons or no capacity/],
    [{ ...ALLOW, reasons: ['but'] }, /an allow with reasons or no capacity/],
    [{ ...DENY, reasons: [] }, /a denial without reasons/],
    [{ ...DENY, capacity: 'manager' }, /more than its reasons/],
  ])('is refused when malformed: %j', (value, fault) => {
    expect(readAdminVerdict(value)).toMatch(fault);
  });
});

describe('the engine of admin/decision', () => {
  it('allows nobody nothing', async () => {
    const engine = makeAdminEngine(await readBundle(join(ROOT, 'bundles/mandates.tar.gz')));
    const verdict = engine.decide({ now: 0, act: { name: 'audit.read' }, manage_service: '' });
    expect(verdict).toEqual({ ...DENY, reasons: ['not_representative'] });
  });

  it('is not made of a bundle that only decides who may act for whom', async () => {
    const bundle = await readBundle(fixtureBundle('mini'));
    expect(() => makeAdminEngine(bundle)).toThrow(/no entrypoint admin\/decision/);
  });

  it('has a schema of its input as it is generated', () => {
    expect(readFileSync(join(ROOT, 'policies/schemas/admin.json'), 'utf8')).toBe(adminSchemaText());
  });
});
