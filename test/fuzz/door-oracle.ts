import type { Question } from '../../src/domain/evaluation.ts';
import { type Identifier, passesElfproef } from '../../src/domain/identifier.ts';
import { decide } from '../oracle/oracle.ts';
import type { Register } from '../oracle/register.ts';
import { NOW } from '../property/arbitraries.ts';

type Fields = Record<string, unknown>;

const FORMS: readonly [RegExp, Identifier['scheme'], 'person' | 'organisation'][] = [
  [/^urn:nl:bsn:([0-9]{9})$/, 'bsn', 'person'],
  [/^urn:nl:kvk:([0-9]{8})$/, 'kvk', 'organisation'],
  [/^urn:nl:rsin:([0-9]{9})$/, 'rsin', 'organisation'],
  [/^urn:nl:oin:([0-9]{20})$/, 'oin', 'organisation'],
  [/^urn:etoegang:pseudonym:([A-Za-z0-9@._-]{1,160})$/, 'pseudonym', 'person'],
];

class Impossible extends Error {}

function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? (value as Fields) : {};
}

/** @throws Impossible where nobody can be meant */
function identifier(value: unknown, type?: unknown): Identifier {
  for (const [form, scheme, kind] of FORMS) {
    const digits = form.exec(String(value))?.[1];
    if (digits === undefined) continue;
    if ((scheme === 'bsn' || scheme === 'rsin') && !passesElfproef(digits)) break;
    if (type !== undefined && type !== kind) break;
    return { scheme, value: digits };
  }
  throw new Impossible();
}

function ask(register: Register, flat: Fields, types: Fields): boolean {
  const together = (flat.together as Fields[] | undefined)?.map(({ id, loa }) => ({
    id: identifier(id),
    ...(loa !== undefined && { loa }),
  }));
  const named = {
    actor: identifier(flat.actor, types.actor),
    represented: identifier(flat.represented, types.represented),
    ...(flat.via !== undefined && { via: identifier(flat.via) }),
    ...(together && { together }),
  };
  const rest = Object.entries({ ...flat, ...named }).filter(([, value]) => value !== undefined);
  return decide(register, Object.fromEntries(rest) as unknown as Question, NOW).allow;
}

function ofAuthzen(register: Register, body: Fields): boolean {
  const [subject, action, resource] = [fieldsOf(body.subject), fieldsOf(body.action), fieldsOf(body.resource)];
  const [about, how, where] = [subject, action, resource].map(({ properties }) => fieldsOf(properties));
  const context = fieldsOf(body.context);
  const flat = {
    ...{ actor: subject.id, represented: resource.id, service: action.name, loa: about?.loa, via: about?.via },
    ...{ operation: how?.operation, branch: where?.branch, case: where?.case },
    ...{ min_loa: context.min_loa, together: context.together },
  };
  return ask(register, flat, { actor: subject.type, represented: resource.type });
}

/** Whether a body that was answered should be allowed: to be asked of each of its items that was answered, in order. */
export function expected(register: Register, path: string, body: unknown): (() => boolean)[] {
  const one = (evaluate: () => boolean) => () => {
    try {
      return evaluate();
    } catch (thrown) {
      if (thrown instanceof Impossible) return false;
      throw thrown;
    }
  };
  const fields = fieldsOf(body);
  if (path === '/v1/decision') return [one(() => ask(register, fields, {}))];
  const { evaluations, options: _, ...defaults } = fields;
  if (path === '/access/v1/evaluation' || !Array.isArray(evaluations) || evaluations.length === 0) {
    return [one(() => ofAuthzen(register, fields))];
  }
  return evaluations.map((item) => one(() => ofAuthzen(register, { ...defaults, ...fieldsOf(item) })));
}
