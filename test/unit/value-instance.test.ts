import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Bundle } from '../../src/policy/bundle.ts';
import { makeEngine } from '../../src/policy/engine.ts';
import type { PolicyInput } from '../../src/policy/input.ts';
import { writeInput } from '../../src/policy/input-json.ts';
import { entrypointId, type Instance, load } from '../../src/policy/instance.ts';
import { makeRawInstance } from '../../src/policy/raw-instance.ts';
import { readVerdict } from '../../src/policy/result.ts';
import { makeConstants, unify } from '../../src/policy/value-constants.ts';
import { ValueInput } from '../../src/policy/value-input.ts';
import { makeValueInstance } from '../../src/policy/value-instance.ts';
import { NotWritten, ValueMemory } from '../../src/policy/value-memory.ts';
import { makePlaces, spread } from '../../src/policy/value-places.ts';
import { aMandate, aParty, aService, id, NOW } from '../support/decide-world.ts';
import { committedBundle } from '../support/policy.ts';
import { inputs } from '../support/policy-inputs.ts';

const DIRECT = aMandate(id(10), { valid_from: NOW - 1 });

let bundle: Bundle;
let values: Instance;
let text: Instance;
beforeAll(async () => {
  bundle = await committedBundle();
  values = instance();
  text = makeRawInstance(bundle.module, bundle.data, bundle.entrypoint);
});

const instance = () => makeValueInstance(bundle.module, bundle.data, bundle.entrypoint);

function inputOf(change: Partial<PolicyInput> = {}): PolicyInput {
  const found = { service: aService(), direct: [DIRECT], chains: [] };
  return {
    now: NOW,
    request: { loa: 'eh3' },
    actor: { party: aParty(id(1), { kind: 'person' }), loa: 'eh3' },
    represented: { party: aParty(id(2)) },
    together: [],
    services: [found],
    via_needed: false,
    ...change,
  };
}

const withService = (service_id: string) =>
  inputOf({ services: [{ service: aService({ service_id }), direct: [DIRECT], chains: [] }] });

const decide = (input: PolicyInput) => {
  return makeEngine(bundle, readVerdict, { makeInstance: makeValueInstance }).decide(input);
};

/** What OPA says stands where an input was written. */
function writer() {
  const policy = load(bundle.module, bundle.data);
  const memory = new ValueMemory(policy, 512 * 1024, 128 * 1024);
  memory.keepContext(entrypointId(policy, bundle.entrypoint));
  const constantOf = makeConstants(Buffer.from(policy.mem.buffer.slice(0, policy.baseHeapPtr)));
  const written = new ValueInput(memory, { constantOf, placesOf: makePlaces() });
  return (input: PolicyInput): unknown => {
    const value = written.write(input);
    memory.release();
    return JSON.parse(memory.dump(value));
  };
}

describe('the policy input as values', () => {
  it('says what the text says, whatever was written before', () => {
    const write = writer();
    fc.assert(
      fc.property(inputs, (input) => {
        expect(write(input)).toEqual(JSON.parse(writeInput(input)));
      }),
    );
  });

  it.each([
    0,
    9,
    10,
    9_999_999,
    10_000_000,
    2 ** 31,
    2 ** 32 + 1,
    99_999_999_999_999,
    1e14,
    -1,
    Number.MAX_SAFE_INTEGER,
  ])('keeps the moment %d', (now) => {
    expect(writer()(inputOf({ now }))).toMatchObject({ now });
  });

  it('keeps facts that it does not know', () => {
    const newer = { ...aMandate(id(11)), witnessed: [{ by: 'anna', how: { often: 2, null: false } }] };
    const input = inputOf({ services: [{ service: aService(), direct: [newer], chains: [] }] });
    expect(writer()(input)).toEqual(JSON.parse(writeInput(input)));
  });

  it.each([
    ['null', { witnessed: null }],
    ['a fraction', { witnessed: 0.5 }],
    ['what is not there', { witnessed: undefined }],
    ['text that is no Unicode', { witnessed: 'x\ud800' }],
    ['more than one question may take', { witnessed: 'x'.repeat(200_000) }],
  ])('leaves %s to the text', (_, more) => {
    const input = inputOf({
      services: [{ service: aService(), direct: [{ ...aMandate(id(11)), ...more }], chains: [] }],
    });
    expect(() => writer()(input)).toThrow(NotWritten);
    expect(values.evaluateInput?.(input)).toBeUndefined();
  });
});

describe('spelling data by texts of the module', () => {
  it('finds them, and leaves the data what it is', () => {
    const policy = load(bundle.module, bundle.data);
    const memory = new ValueMemory(policy, 512 * 1024, 128 * 1024);
    const constantOf = makeConstants(Buffer.from(policy.mem.buffer.slice(0, policy.baseHeapPtr)));
    let found = 0;
    unify(memory.bytes, policy.dataAddr, (text) => {
      const constant = constantOf(text);
      if (constant !== undefined) found += 1;
      return constant;
    });
    expect(found).toBeGreaterThan(100);
    memory.release();
    expect(JSON.parse(memory.dump(policy.dataAddr))).toEqual(bundle.data);
  });
});

describe('buckets of their own', () => {
  it('leave the data what it is, and every field where it is looked for', () => {
    const policy = load(bundle.module, bundle.data);
    const memory = new ValueMemory(policy, 512 * 1024, 128 * 1024);
    spread(memory, policy.dataAddr, makePlaces());
    memory.release();
    expect(JSON.parse(memory.dump(policy.dataAddr))).toEqual(bundle.data);
  });

  it.each([
    ['one', 1],
    ['as many as OPA gives eight buckets', 5],
    ['many', 20],
    ['more than are moved', 60],
  ])('hold objects of %s fields', (_, count) => {
    const policy = load(bundle.module, bundle.data);
    const memory = new ValueMemory(policy, 512 * 1024, 128 * 1024);
    const json = JSON.stringify(Object.fromEntries(Array.from({ length: count }, (_, i) => [`field ${i}`, { i }])));
    const [moved, other] = [memory.keep(json), memory.keep(json)];
    spread(memory, moved, makePlaces());
    const buckets = (object: number) => memory.bytes.readInt32LE(object + 8);
    expect(buckets(moved)).toBeGreaterThanOrEqual(buckets(other));
    memory.release();
    expect(JSON.parse(memory.dump(moved))).toEqual(JSON.parse(json));
  });

  it('keep services whatever stands in them', () => {
    const sets = (i: number) => Object.fromEntries([[`set ${i}`, i]]);
    const scope = { by: 'set' as const, set: 'set 1', version: 1 };
    const write = writer();
    for (let i = 0; i < 200; i++) {
      const service = {
        ...aService({ service_id: `urn:${i}`, sets: sets(i) }),
        ...(i % 9 === 0 && { newer: [null, 0.5] }),
      };
      const input = inputOf({ services: [{ service, direct: [{ ...DIRECT, scope }], chains: [] }] });
      expect(write(input)).toEqual(JSON.parse(writeInput(input)));
    }
  });
});

describe('the calendar years of a mandate', () => {
  const DAY_MS = 86_400_000;
  const answer = (said: boolean, valid_from: number, valid_until: number) => {
    const direct = aMandate(id(10), { valid_from, valid_until });
    const input = {
      ...inputOf({ now: valid_from }),
      services: [{ service: aService(), direct: [direct], chains: [] }],
    };
    const written = JSON.parse(writeInput(input));
    const [mandate] = written.services[0].direct;
    const { years } = mandate;
    if (!said) delete mandate.years;
    return [years, text.evaluate(JSON.stringify(written))];
  };
  const days = fc.integer({ min: Date.UTC(1996, 2, 2) / DAY_MS, max: Date.UTC(2093, 0, 1) / DAY_MS });
  const hours = fc.integer({ min: -30, max: 54 });
  const near = fc.constantFrom(-1, 0, 1);

  it('tell what the rules reckon without them', () => {
    const limits = new Set<number>();
    fc.assert(
      fc.property(days, hours, near, near, (day, over, more, less) => {
        const from = day * DAY_MS + less;
        const until = from + 1826 * DAY_MS + over * 1_800_000 + more;
        const [years, found] = answer(true, from, until);
        limits.add(years);
        expect(found).toEqual(answer(false, from, until)[1]);
      }),
      { numRuns: 3000 },
    );
    expect([...limits].sort()).toEqual([5, 6]);
  });
});

describe('an evaluation by values', () => {
  it('answers as one by text does, whatever was asked before', () => {
    fc.assert(
      fc.property(inputs, (input) => {
        const answer = values.evaluateInput?.(input);
        if (answer !== undefined) expect(answer).toEqual(text.evaluate(writeInput(input)));
        return answer !== undefined;
      }),
    );
  });

  it('allows what the text allows', () => {
    expect(values.evaluateInput?.(inputOf())).toEqual(text.evaluate(writeInput(inputOf())));
    expect(decide(inputOf())).toMatchObject({ allow: true, mandates: [id(10)] });
  });

  it('reckons with moments beyond 32 bits as the text does', () => {
    const over = Array.from({ length: 40 }, (_, days) => {
      return aMandate(id(days), { valid_from: NOW - 1, valid_until: NOW + (1806 + days) * 86_400_000 });
    });
    for (const direct of over) {
      const input = inputOf({ services: [{ service: aService(), direct: [direct], chains: [] }] });
      expect(values.evaluateInput?.(input)).toEqual(text.evaluate(writeInput(input)));
    }
  });

  it('refuses what is no Unicode, and goes on', () => {
    const input = inputOf({ request: { loa: '\udc00' } });
    const engine = makeEngine(bundle, readVerdict, { makeInstance: makeValueInstance });
    expect(() => engine.decide(input)).toThrow(expect.objectContaining({ code: 'invalid_request' }));
    expect(engine.decide(inputOf()).allow).toBe(true);
  });

  it('forgets, and keeps anew, when there are more services than can be kept', () => {
    const asked = instance();
    let asText = 0;
    for (let i = 0; i < 6000; i++) {
      const input = withService(`urn:service:${i}`);
      const answer = asked.evaluateInput?.(input);
      if (answer === undefined) asText += 1;
      else if (i % 200 === 0) expect(answer).toEqual(text.evaluate(writeInput(input)));
    }
    expect(asText).toBeGreaterThan(0);
    expect(asText).toBeLessThan(20);
  });

  it('forgets, and keeps anew, when somebody makes up fields', () => {
    const asked = instance();
    let asText = 0;
    for (let i = 0; i < 150; i++) {
      if (asked.evaluateInput?.(inputOf({ request: { loa: 'eh3', [`field_${i}`]: 'x' } })) === undefined) asText += 1;
    }
    expect(asText).toBeGreaterThan(0);
    expect(asText).toBeLessThan(20);
  });

  it('takes no more memory with time', () => {
    const asked = instance();
    asked.evaluateInput?.(inputOf());
    const before = asked.memoryBytes();
    for (let i = 0; i < 1500; i++) asked.evaluateInput?.(inputOf({ now: NOW + i }));
    expect(asked.memoryBytes()).toBe(before);
  });

  it('leaves what is kept alone when asked as text in between', () => {
    const asked = instance();
    const first = asked.evaluateInput?.(inputOf());
    asked.evaluate(writeInput(withService(`urn:${'x'.repeat(100_000)}`)));
    expect(asked.evaluateInput?.(inputOf())).toEqual(first);
  });

  it('writes where the memory is when a question asked as text let it grow', () => {
    const engine = makeEngine(bundle, readVerdict, { makeInstance: makeValueInstance });
    const suspended = { ...DIRECT, status: 'suspended' as const };
    const denied = inputOf({ services: [{ service: aService(), direct: [suspended], chains: [] }] });
    expect(engine.decide(inputOf()).allow).toBe(true);
    engine.decide(inputOf({ request: { loa: 'eh3', operation: 'x'.repeat(500_000) } }));
    expect(engine.decide(denied)).toMatchObject({ allow: false, reasons: ['mandate_suspended'] });
  });
});
