import fc from 'fast-check';
import { questions } from '../property/questions.ts';
import type { Dice } from '../support/dice.ts';
import { NUMBERS, TOKENS } from './door-world.ts';
import { bytes, seedOf } from './target.ts';

type Fields = Record<string, unknown>;
type Asked = typeof questions extends fc.Arbitrary<infer T> ? T : never;

const PATHS = ['/v1/decision', '/access/v1/evaluation', '/access/v1/evaluations'] as const;

/** What stands in requests, and what is taken amiss in them. */
export const WORDS = [
  ...['"actor"', '"represented"', '"service"', '"via"', '"together"', '"loa"', '"min_loa"', '"branch"', '"case"'],
  ...['"subject"', '"action"', '"resource"', '"context"', '"properties"', '"evaluations"', '"options"', '"type"'],
  ...['"id"', '"name"', '"operation"', '"min_revision"', '"1.7"', '"1.8"', '"person"', '"organisation"', '"time"'],
  ...['"evaluations_semantic"', '"deny_on_first_deny"', '"permit_on_first_permit"', '"__proto__"', '"constructor"'],
  ...['null', 'true', '{}', '[]', '""', '\\u0000', '\\ud800', '\\uD83D\\uDE00', 'é', '\u{1F600}', '\uFEFF', '//', '/*'],
  ...['urn:nl:bsn:', 'urn:nl:kvk:', 'urn:etoegang:pseudonym:actor', 'urn:machtig:handle:AAAAAAAAAAAAAAAAAAAAAA'],
  ...[...NUMBERS.values()],
  ...PATHS,
  ...['\r\n', '\r\n\r\n', ' HTTP/1.1', 'Content-Length: 0', 'Transfer-Encoding: chunked', '0\r\n\r\n', 'Expect: x'],
  ...['Authorization: Bearer ', ...Object.values(TOKENS), 'application/json', 'Connection: close', 'Host: a'],
];

/** A request on one of the doors, mostly as it should be; a few fields of it may be anything. */
export function makeRequest(dice: Dice): Uint8Array {
  const path = dice.pick(PATHS);
  const body = spelled(bodyFor(path, dice), dice);
  const length = dice.next() < 0.98 ? Buffer.byteLength(body) : Math.floor(dice.next() * 200);
  const chunked = dice.next() < 0.05;
  const lines = [
    `${dice.next() < 0.98 ? 'POST' : dice.pick(['GET', 'PUT', 'HEAD', 'OPTIONS', 'CONNECT'])} ${path} HTTP/1.1`,
    `Host: ${dice.next() < 0.95 ? 'localhost' : dice.pick(['', 'a b', '127.0.0.1:1', 'x.example'])}`,
    `Authorization: Bearer ${dice.next() < 0.9 ? TOKENS.all : dice.pick([TOKENS.few, 'other', ''])}`,
    `Content-Type: ${dice.next() < 0.97 ? 'application/json' : dice.pick(['application/json;x', 'text/plain', ''])}`,
    ...(dice.next() < 0.9 ? ['X-Request-Id: r-1'] : []),
    chunked ? 'Transfer-Encoding: chunked' : `Content-Length: ${length}`,
  ];
  const sent = chunked ? `${Buffer.byteLength(body).toString(16)}\r\n${body}\r\n0\r\n\r\n` : body;
  return bytes(`${lines.join('\r\n')}\r\n\r\n${sent}`);
}

function bodyFor(path: (typeof PATHS)[number], dice: Dice): Fields {
  if (path === '/v1/decision') return short(question(dice));
  if (path === '/access/v1/evaluation') return authzen(question(dice));
  const items = Array.from({ length: Math.floor(dice.next() * 4) }, () => authzen(question(dice)));
  const semantic = dice.pick(['', 'execute_all', 'deny_on_first_deny', 'permit_on_first_permit']);
  return {
    ...(dice.next() < 0.3 ? authzen(question(dice)) : {}),
    evaluations: items.map((item) => withoutSome(item, dice)),
    ...(semantic !== '' && { options: { evaluations_semantic: semantic } }),
  };
}

/** Now and then a part is missing: the defaults of the batch stand in for it. */
function withoutSome(item: Fields, dice: Dice): Fields {
  return Object.fromEntries(Object.entries(item).filter(() => dice.next() < 0.9));
}

function question(dice: Dice): Asked {
  const [made] = fc.sample(questions, { seed: seedOf(dice), numRuns: 1 });
  if (made === undefined) throw new Error('fast-check makes one at least');
  return made;
}

type Named = Asked['actor'];

function urnOf(who: Named): string {
  if (!('scheme' in who)) throw new Error('these questions name by identifiers');
  if (who.scheme === 'pseudonym') return `urn:etoegang:pseudonym:${who.value}`;
  return `urn:nl:${who.scheme}:${NUMBERS.get(who.value) ?? '999990019'}`;
}

const others = (together: Asked['together']) => together?.map(({ id, ...more }) => ({ id: urnOf(id), ...more }));

function short({ actor, represented, via, together, ...rest }: Asked): Fields {
  return {
    ...{ actor: urnOf(actor), represented: urnOf(represented), ...rest },
    ...(via && { via: urnOf(via) }),
    ...(together && { together: others(together) }),
  };
}

function authzen(asked: Asked): Fields {
  const { actor, represented, via, together, loa, branch, operation, service, min_loa, case: id } = asked;
  const kind = (who: Named) => (/bsn|pseudonym/.test(urnOf(who)) ? 'person' : 'organisation');
  return {
    subject: {
      ...{ type: kind(actor), id: urnOf(actor) },
      properties: { ...(loa && { loa }), ...(via && { via: urnOf(via) }) },
    },
    action: { name: service, ...(operation && { properties: { operation } }) },
    resource: {
      ...{ type: kind(represented), id: urnOf(represented) },
      properties: { ...(branch && { branch }), ...(id && { case: id }) },
    },
    context: { ...(min_loa && { min_loa }), ...(together && { together: others(together) }) },
  };
}

const ANYTHING = [null, true, 0, -1.5, '', 'x', [], {}, [[]], { id: 1 }, 'é'.repeat(300)];

/** As JSON, with a member changed, gone or added here and there, and spelled in more ways than one. */
function spelled(body: Fields, dice: Dice): string {
  const odd = (value: unknown): unknown => {
    if (dice.next() < 0.006) return dice.pick(ANYTHING);
    if (Array.isArray(value)) return value.map(odd);
    if (typeof value !== 'object' || value === null) return value;
    const members = Object.entries(value).filter(() => dice.next() < 0.99);
    if (dice.next() < 0.01) members.push([dice.pick(['x', 'time', 'toString', '']), dice.pick(ANYTHING)]);
    return Object.fromEntries(members.map(([name, inner]) => [name, odd(inner)]));
  };
  const text = JSON.stringify(odd(body), null, dice.next() < 0.1 ? 1 : 0);
  return dice.next() < 0.05 ? text.replace(/[a-z]/, (letter) => `\\u00${letter.charCodeAt(0).toString(16)}`) : text;
}
