import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { PathMandate, PolicyInput } from '../../src/policy/input.ts';
import { writeInput } from '../../src/policy/input-json.ts';
import { aMandate, aParty, aService, id, NOW } from '../support/decide-world.ts';
import { inputs } from '../support/policy-inputs.ts';

/** Whether everything in `part` stands in `whole`, at the same place; `years` are reckoned. */
function isPart(part: unknown, whole: unknown): boolean {
  if (typeof part !== 'object' || part === null) return part === whole;
  if (typeof whole !== 'object' || whole === null) return false;
  if (Array.isArray(part) && part.length !== (whole as unknown[]).length) return false;
  return Object.entries(part).every(
    ([key, value]) => key === 'years' || isPart(value, (whole as Record<string, unknown>)[key]),
  );
}

const nobody = { request: {}, actor: {}, represented: {}, together: [], services: [], via_needed: false };

/** What is written of one direct mandate for one service. */
function writtenOf(mandate: PathMandate, facts = aService(), change: Partial<PolicyInput> = {}) {
  const asked = { service: facts, direct: [mandate], chains: [] };
  const { services } = JSON.parse(writeInput({ now: NOW, ...nobody, services: [asked], ...change }));
  return { service: services[0].service, mandate: services[0].direct[0] };
}

describe('the policy input as JSON', () => {
  it('says nothing that the object does not say, the second time as the first', () => {
    fc.assert(
      fc.property(inputs, (input) => {
        const written = JSON.parse(writeInput(input));
        expect(isPart(written, JSON.parse(JSON.stringify(input)))).toBe(true);
        expect(JSON.parse(writeInput(input))).toEqual(written);
      }),
    );
  });

  it('says of a mandate everything but when it was granted, and how many years it takes', () => {
    const period = { valid_from: Date.UTC(2024, 4, 1), valid_until: Date.UTC(2026, 4, 1) + 1 };
    const { granted_at, ...rest } = aMandate(id(10), { ...period, granted_at: 3 });
    expect(writtenOf({ ...rest, granted_at }).mandate).toEqual({ ...rest, years: 3 });
    const onAuthority: PathMandate = { ...rest, granted_at, granted_under: 'liquidator' };
    expect(writtenOf(onAuthority).mandate).toEqual({ ...onAuthority, years: 3 });
  });

  it('keeps facts that it does not know', () => {
    const newer = { ...aMandate(id(11)), witnessed: true };
    const facts = { ...aService(), region: 'Twente' };
    expect(writtenOf(newer, facts)).toMatchObject({ mandate: { witnessed: true }, service: { region: 'Twente' } });
  });

  it('says of a service what the mandates found give cause to ask', () => {
    const terms = {
      ...{ active: true, loa: 'eh3' as const, chains: false, branches: true },
      kinds: { employee: true as const, statutory: true as const },
      grounds: { signatory: true as const, owner: true as const },
    };
    const facts = aService({ definition: terms, instance: { ...terms, active: false }, sets: { [id(4)]: 2 } });
    const { domain, follow_up } = facts;
    const kinds = { employee: true };
    expect(writtenOf(aMandate(id(12)), facts).service).toEqual({
      ...{ service_id: facts.service_id, domain, follow_up },
      definition: { active: true, loa: 'eh3', kinds },
      instance: { loa: 'eh3', kinds },
    });
    const limited = aMandate(id(13), { branches: ['1'], scope: { by: 'set', set: id(4), version: 1 } });
    expect(writtenOf(limited, facts).service).toMatchObject({ sets: facts.sets, definition: { branches: true } });
    const byLaw = aMandate(id(14), { kind: 'statutory', ground: 'owner' });
    expect(writtenOf(byLaw, facts).service.definition).toMatchObject({
      kinds: { statutory: true },
      grounds: { owner: true },
    });
    expect(JSON.parse(writeInput({ now: NOW, ...nobody, portal: facts })).portal.service_id).toBe(facts.service_id);
  });

  it('says of the intermediary what number it has, and which party it is when it was asked for', () => {
    const kvk = '12345678';
    const found = {
      intermediary: aParty(id(2), { kvk, has_branches: true }),
      first: [aMandate(id(15))],
      second: [aMandate(id(16))],
    };
    const services = [{ service: aService(), direct: [], chains: [found] }];
    const intermediaryOf = (json: string) => JSON.parse(json).services[0].chains[0].intermediary;
    const { kind, states } = found.intermediary;
    expect(intermediaryOf(writeInput({ now: NOW, ...nobody, services }))).toEqual({ kvk, kind, states });
    const via = { party: found.intermediary };
    expect(intermediaryOf(writeInput({ now: NOW, ...nobody, services, via }))).toEqual({
      party_id: id(2),
      kvk,
      kind,
      states,
    });
  });

  it('says of a party what is asked of it', () => {
    const facts = aParty(id(3), { kvk: '12345678', birth_date: '1990-01-01' });
    const { party_id, kind, states, birth_date } = facts;
    const both = { ...nobody, actor: { party: facts }, represented: { party: facts } };
    expect(JSON.parse(writeInput({ now: NOW, ...both }))).toMatchObject({
      actor: { party: { party_id, kind, states } },
      represented: { party: { party_id, kind, states, birth_date } },
    });
    const asked = { ...both, request: { branch: '000000000001' } };
    expect(JSON.parse(writeInput({ now: NOW, ...asked })).represented.party).toEqual(facts);
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY, 0.5])('is not written of a clock that says %d', (now) => {
    expect(() => writeInput({ now, ...nobody })).toThrow(expect.objectContaining({ code: 'policy_failed' }));
  });

  it('lets nobody change facts behind the text that is remembered of them', () => {
    const facts = aParty(id(1));
    const input: PolicyInput = {
      now: NOW,
      request: {},
      actor: { party: facts },
      represented: {},
      together: [],
      services: [],
      via_needed: false,
    };
    writeInput(input);
    expect(() => {
      facts.states = [];
    }).toThrow(TypeError);
    expect(() => facts.states.push({ state: 'bankrupt', since: 0 })).toThrow(TypeError);
  });
});
