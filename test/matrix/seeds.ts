import type { AdminWorld } from '../support/admin.ts';
import type { Heard, Sent } from './exchange.ts';
import { identifierOf, OTHER_SET, pseudonymOf } from './register.ts';
import { GENERAL, type Login, NO_LEVEL, ROLES, type Role, SHARED } from './roles.ts';
import { mandateOf, SUBJECTS } from './subjects.ts';

/** What waits for somebody, made through the API itself. */
export interface Seeds {
  /** Granted by one of two signatories; waits for the other. */
  waiting: string;
  /** A citizen's offer to her delegate, with its code. */
  offer: { mandateId: string; code: string };
  paper: string;
  identification: string;
  intervention: string;
  /** One for each represented. */
  reconfirmations: ReadonlyMap<string, string>;
  notices: ReadonlyMap<string, string>;
  means: ReadonlyMap<string, string>;
}

interface Deps {
  world: AdminWorld;
  party(key: string): string;
  keep(role: Role, login: Login, sent: Sent): Promise<Heard>;
}

const STRONG: Login = { words: 'eh4, signed', loa: 'eh4', signed: true, rank: 4 };

export const urnOf = (partyId: string) => `urn:uuid:${partyId}`;

/** A whole mandate, but for its ends. */
export const TERMS = {
  services: [GENERAL],
  operations: 'all',
  branches: 'all',
  cases: 'all',
  valid_until: '2028-01-01T00:00:00Z',
};

export async function seed(deps: Deps): Promise<Seeds> {
  const { world, party } = deps;
  const waiting = await make(deps, 'samen-een', '/mandates', {
    represented: urnOf(party('molen')),
    delegates: [{ party: urnOf(party('derde')) }],
    kind: 'business',
    loa: 'eh3',
    ...TERMS,
  });
  const offer = await make(deps, 'burger', '/mandate-offers', {
    represented: urnOf(party('burger')),
    delegate: { party: urnOf(party('helper')) },
    kind: 'voluntary',
    loa: 'eh2plus',
    ...TERMS,
    services: [SHARED],
  });
  const paper = await make(deps, 'registrar', '/paper-requests', {
    kind: 'revoke',
    represented: urnOf(party('molen')),
    signed_by: urnOf(party('teken')),
    asked: 'Graag beëindigen.',
    mandates: [mandateOf(subjectOf('molen at eh2'), 'active')],
    loa: 'eh2',
    received_at: '2026-06-01T08:00:00Z',
    evidence: [{ kind: 'handwritten_signature', reference: 'archief 1' }],
  });
  const identification = await make(deps, 'registrar', `/parties/${party('werknemer')}/identifications`, {
    method: 'in_person',
    check: 'in_person',
    loa: 'eh3',
    document: { kind: 'passport', valid_until: '2030-01-01' },
    checked_by: 'balie',
    checked_at: '2026-05-01T09:00:00Z',
  });
  const intervention = await make(deps, 'registrar', `/parties/${party('gevallen')}/interventions`, {
    kind: 'bankruptcy',
    since: '2026-05-01T00:00:00Z',
    reference: 'F.10/26/901',
  });
  await make(deps, 'rvo', `/service-sets/${OTHER_SET}/versions`, { additions: [SHARED] });
  return {
    waiting: at(waiting, 'mandates', 0, 'mandate_id'),
    offer: { mandateId: at(offer, 'mandate_id'), code: at(offer, 'code') },
    paper: at(paper, 'paper_request_id'),
    identification: at(identification, 'identification_id'),
    intervention: at(intervention, 'intervention_id'),
    reconfirmations: await addReconfirmations(world, party),
    notices: await addNotices(world, party),
    means: new Map(
      ['werknemer', 'werknemer-uit', 'zaag-werknemer', 'vreemd'].map((key) => [
        key,
        world.keys.alias(identifierOf(pseudonymOf(key))),
      ]),
    ),
  };
}

export function subjectOf(key: string) {
  const found = SUBJECTS.find((one) => one.key === key);
  if (found === undefined) throw new Error(`no subject ${key}`);
  return found;
}

export function roleOf(key: string): Role {
  const found = ROLES.find((one) => one.key === key);
  if (found === undefined) throw new Error(`no role ${key}`);
  return found;
}

async function make({ keep }: Deps, by: string, path: string, body: unknown): Promise<unknown> {
  const role = roleOf(by);
  const heard = await keep(role, role.system ? NO_LEVEL : STRONG, { method: 'POST', path, body });
  if (heard.status >= 300) throw new Error(`${by} could not POST ${path}: ${heard.status} ${heard.text}`);
  return JSON.parse(heard.text);
}

/** A text inside an answer. */
export function at(answer: unknown, ...path: (string | number)[]): string {
  const found = path.reduce<unknown>(
    (from, step) => (typeof from === 'object' && from !== null ? Reflect.get(from, step) : undefined),
    answer,
  );
  if (typeof found !== 'string') throw new Error(`${path.join('/')} is no text`);
  return found;
}

async function addReconfirmations({ act }: AdminWorld, party: Deps['party']): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for (const key of ['molen at eh3', 'zaag', 'bankrupt']) {
    const subject = subjectOf(key);
    const { rows } = await act((client) =>
      client.query<{ reconfirmation_id: string }>(
        `insert into reconfirmations (represented, delegate, mandates, asked_of, asked_at, due_at)
         values ($1, $2, $3, 'manager', '2026-05-20', '2026-07-20') returning reconfirmation_id`,
        [party(subject.represented), party(subject.delegate), [mandateOf(subject, 'active')]],
      ),
    );
    found.set(key, rows[0]?.reconfirmation_id ?? '');
  }
  return found;
}

async function addNotices({ act }: AdminWorld, party: Deps['party']): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for (const key of ['molen', 'zaag', 'burger', 'hulp']) {
    const { rows } = await act((client) =>
      client.query<{ notice_id: string }>(
        `insert into notices (party_id, kind, occasion, details, created_at)
         values ($1, 'reconfirmation_asked', 'matrix', '{}', '2026-05-20')
         returning notice_id`,
        [party(key)],
      ),
    );
    found.set(key, rows[0]?.notice_id ?? '');
  }
  return found;
}
