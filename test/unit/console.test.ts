import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readQuestions } from '../../src/cli/ask.ts';
import { toExample } from '../../src/cli/dev-console.ts';
import { toUrn } from '../../src/domain/identifier.ts';
import { fromWallClock, sayInstant, sayMoment, toWallClock } from '../../src/http/console/amsterdam.ts';
import { choicesOf } from '../../src/http/console/choices.ts';
import { authzenForm, quoted, shortForm } from '../../src/http/console/repeat.ts';
import { addressOf, NO_WISH, readWish, type Wish } from '../../src/http/console/wish.ts';
import { decisionRequest, evaluationRequest } from '../../src/http/schemas.ts';
import { readRegisterFile } from '../../src/register/read-file.ts';

const choices = choicesOf(readRegisterFile(readFileSync('examples/register.yaml', 'utf8')).file);
const VAT = 'urn:etoegang:DV:00000003800000010000:services:1';
const bea: Wish = { ...NO_WISH, actor: 'bea', loa: 'eh3', party: 'bakkerij', service: VAT, operation: 'submit' };
const read = (wish: Partial<Wish>, more = '') =>
  readWish(new URL(addressOf(wish) + more, 'http://localhost').searchParams, choices);
const wishes = fc.record({
  actor: fc.constantFrom(...choices.people.map(({ key }) => key)),
  with: fc.constantFrom('', 'digid'),
  loa: fc.constantFrom('', 'eh1', 'eh2', 'eh4'),
  party: fc.constantFrom(...choices.parties.map(({ key }) => key)),
  branch: fc.constantFrom('', '000090000041'),
  service: fc.constantFrom(...choices.services.map(({ serviceId }) => serviceId)),
  operation: fc.constantFrom('', 'submit', "it's & <so>"),
  case: fc.constantFrom('', 'OLO-2026-1'),
  via: fc.constantFrom('', 'balans'),
  at: fc.constantFrom('', '2026-12-15T00:00'),
  together: fc.subarray(['bea', 'olaf', 'moeder']),
});

describe('the clock on the wall', () => {
  it.each([
    ['2026-07-01T12:00', Date.UTC(2026, 6, 1, 10)],
    ['2026-12-15T00:00', Date.UTC(2026, 11, 14, 23)],
    ['2026-03-29T02:30', Date.UTC(2026, 2, 29, 1, 30)],
    ['2026-10-25T02:30', Date.UTC(2026, 9, 25, 0, 30)],
    ['2026-12-14T23:59:59.999', Date.UTC(2026, 11, 14, 22, 59, 59, 999)],
  ])('shows %s at the moment that it is in the Netherlands', (text, at) => {
    expect(fromWallClock(text)).toBe(at);
  });

  it.each(['', 'now', '2026-12-15', '2026-13-01T00:00', '2026-12-15T00:00Z', '0000-00-00T00:00'])(
    'does not show %j',
    (text) => {
      expect(fromWallClock(text)).toBeUndefined();
    },
  );

  it('comes back from what it shows, but in the hour that comes twice', () => {
    const around2026 = fc.integer({ min: Date.UTC(2020, 0), max: Date.UTC(2040, 0) });
    fc.assert(
      fc.property(around2026, (at) => {
        const back = fromWallClock(toWallClock(at)) ?? Number.NaN;
        expect(toWallClock(back)).toBe(toWallClock(at));
        expect([0, 3_600_000]).toContain(at - back);
      }),
      { numRuns: 2000 },
    );
  });

  it('is read aloud', () => {
    expect(sayMoment(Date.UTC(2026, 11, 14, 23))).toBe('15 December 2026');
    expect(sayMoment(Date.UTC(2026, 6, 1, 10, 5))).toBe('1 July 2026, 12:05');
    expect(sayInstant(Date.UTC(2026, 11, 14, 23) - 1)).toBe('the last moment before 15 December 2026, 00:00');
  });
});

describe('the address of a question', () => {
  it('reads back as what was chosen', () => {
    fc.assert(
      fc.property(wishes, (wish) => {
        expect(read(wish).wish).toEqual(wish);
      }),
    );
  });

  it('holds no personal number and no name of a means, whatever is chosen', () => {
    const personal = choices.people.flatMap(({ eherkenning, digid }) => [eherkenning, digid].flatMap((id) => id ?? []));
    expect(personal.length).toBeGreaterThan(30);
    fc.assert(
      fc.property(wishes, (wish) => {
        const address = decodeURIComponent(addressOf(wish));
        expect(personal.filter(({ value }) => address.includes(value))).toEqual([]);
      }),
    );
  });

  it('leads to a question that both doors take', () => {
    fc.assert(
      fc.property(wishes, (wish) => {
        const { asked, faults } = read(wish);
        fc.pre(asked !== undefined);
        expect(faults).toEqual([]);
        if (asked === undefined) return;
        expect(decisionRequest.safeParse(shortForm(asked.question)).error).toBeUndefined();
        expect(evaluationRequest.safeParse(authzenForm(asked.question)).error).toBeUndefined();
      }),
    );
  });

  it('names the actor by his means, and by his number when he logs in with DigiD', () => {
    expect(read(bea).asked?.question.actor).toEqual({ scheme: 'pseudonym', value: 'bea@balans' });
    expect(read({ ...bea, with: 'digid' }).asked?.question.actor).toMatchObject({ scheme: 'bsn' });
  });

  it.each<[keyof Wish, string, string]>([
    ['actor', 'nobody', 'actor'],
    ['actor', '', 'actor'],
    ['party', 'nobody', 'party'],
    ['service', 'urn:nothing', 'service'],
    ['loa', 'high', 'loa'],
    ['branch', '12', 'branch'],
    ['via', 'nobody', 'via'],
    ['at', 'tomorrow', 'at'],
    ['operation', 'x'.repeat(129), 'operation'],
    ['case', 'x'.repeat(257), 'case'],
  ])('refuses %s %j, and asks nothing', (field, value, at) => {
    const { asked, faults } = read({ ...bea, [field]: value });
    expect(faults.map((fault) => fault.at)).toEqual([at]);
    expect(asked).toBeUndefined();
  });

  it('refuses a field that it does not know: a misspelt branch is no wider question', () => {
    const params = new URLSearchParams(new URL(addressOf(bea), 'http://localhost').search);
    params.set('brnach', '000090000041');
    expect(readWish(params, choices).asked).toBeUndefined();
  });

  it('refuses more people at once than the doors take, and nobody’s key', () => {
    expect(read({ ...bea, together: Array.from({ length: 11 }, () => 'olaf') }).asked).toBeUndefined();
    expect(read({ ...bea, together: ['nobody'] }).asked).toBeUndefined();
  });
});

describe('the same from a terminal', () => {
  it('is one word to the shell, whatever was typed', () => {
    expect(quoted("it's")).toBe(`'it'\\''s'`);
  });
});

describe('questions to begin with', () => {
  it('are all those of the example register, by its keys', async () => {
    const questions = await readQuestions('examples/questions.yaml');
    const examples = questions.flatMap((question) => toExample(question, choices));
    expect(examples.map(({ title }) => title)).toEqual(questions.map(({ title }) => title));
    const asked = examples.map(({ wish }) => shortForm(read(wish).asked?.question ?? expect.fail('not understood')));
    expect(asked).toEqual(questions.map(({ ask }) => ask));
  });

  it('are left out where the page has no key for somebody', () => {
    const ask = {
      actor: 'urn:nl:bsn:999990019',
      represented: toUrn({ scheme: 'kvk', value: '90000004' }),
      service: VAT,
    };
    expect(toExample({ title: 'a stranger', ask, expect: { allow: false } }, choices)).toEqual([]);
  });
});
