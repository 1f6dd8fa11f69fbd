import type { Attempt, Facts } from './attempt.ts';
import type { Sent } from './exchange.ts';
import { birthDateOf, bsnOfPerson, kvkOf, managerOf, pseudonymOf, RSIN_OF_MOLEN, SPARE_RSIN } from './register.ts';
import { GENERAL, RIJNDAM, RVO, SHARED, ZUID } from './roles.ts';
import { subjectOf, TERMS, urnOf } from './seeds.ts';
import { mandateOf } from './subjects.ts';
import type { MatrixWorld } from './world.ts';

/** What is done to parties, their managers, means and papers; everybody tries all of it. */

const REFERENCE = { since: '2026-05-20T00:00:00Z', reference: 'F.10/26/902' };
const VERIFIED = { verified_by: ['terugbellen'] };
const UNTIL = '2028-01-01T00:00:00Z';

const post = (path: string, body: unknown = undefined, headers: Record<string, string> = {}): Sent => ({
  method: 'POST',
  path,
  ...(body !== undefined && { body }),
  headers,
});
const get = (path: string): Sent => ({ method: 'GET', path });
const match = ({ etag }: MatrixWorld, id: string) => ({ 'if-match': `"${etag(id)}"` });
const hasItems: Attempt['done'] = ({ text }) => JSON.parse(text).items.length > 0;

type Short = [operation: string, line: string, facts: Facts, send: Attempt['send'], done?: Attempt['done']];
const toAttempt = ([operation, line, facts, send, done]: Short): Attempt => ({
  name: `${operation}: ${line} (${facts.represented ?? 'all'})`,
  operation,
  line,
  facts,
  send,
  everybody: true,
  ...(done && { done }),
});

/** The same of one’s own organisation and of another. */
const ofBoth = (make: (key: 'molen' | 'zaag') => Short): Short[] => [make('molen'), make('zaag')];

const grants: Short[] = [
  ...([GENERAL, SHARED] as const).map(
    (service): Short => [
      'grantMandates',
      'grant for a party',
      // The registrar says for which organisation: see below.
      { represented: 'molen', owners: [service === SHARED ? RIJNDAM : RVO], but: ['registrar'] },
      ({ party }) =>
        post('/mandates', {
          represented: urnOf(party('molen')),
          delegates: [{ party: urnOf(party('derde')) }],
          kind: 'appointed',
          loa: 'eh3',
          ...TERMS,
          services: [service],
        }),
    ],
  ),
  ...[VERIFIED, {}].map(
    (verified): Short => [
      'grantMandates',
      'grant by law',
      { represented: 'vreemd', ...(verified === VERIFIED ? {} : { unverified: true }) },
      ({ party }) =>
        post('/mandates', {
          represented: urnOf(party('vreemd')),
          delegates: [{ party: urnOf(party('helper')) }],
          kind: 'statutory',
          ground: 'mentorschap',
          loa: 'eh4',
          ...TERMS,
          services: undefined,
          all_services: true,
          valid_until: undefined,
          evidence: [{ kind: 'beschikking' }],
          ...verified,
        }),
    ],
  ),
  [
    'consentToMandate',
    'consent',
    { represented: 'molen', loa: 'eh3', services: [GENERAL], branches: 'all', but: ['samen-een'] },
    (world) => post(`/mandates/${world.seeds.waiting}/consents`, undefined, match(world, world.seeds.waiting)),
  ],
  [
    'searchMandateOffers',
    'see offers',
    { represented: 'burger' },
    ({ party }) => post('/mandate-offers/_search', { represented: urnOf(party('burger')) }),
    hasItems,
  ],
  [
    'reissueActivationCode',
    'new code',
    { represented: 'burger', loa: 'eh2plus' },
    ({ seeds }) => post(`/mandate-offers/${seeds.offer.mandateId}/codes`),
  ],
  [
    'withdrawMandateOffer',
    'take back an offer',
    { represented: 'burger', loa: 'eh2plus' },
    ({ seeds }) => post(`/mandate-offers/${seeds.offer.mandateId}/withdrawals`, {}),
  ],
  [
    'activateMandateOffer',
    'activate',
    { represented: 'burger', delegate: 'helper', loa: 'eh2plus' },
    ({ seeds }) =>
      post('/mandate-offers/_activate', {
        code: seeds.offer.code,
        birth_date: birthDateOf('burger'),
        bsn: bsnOfPerson('burger'),
      }),
  ],
];

const lists: Short[] = [
  ...ofBoth((key) => [
    'searchMandates',
    'list mandates',
    { represented: key, partial: true },
    ({ party }) => post('/mandates/_search', { side: 'granted', party: urnOf(party(key)) }),
    hasItems,
  ]),
  ...ofBoth((key) => [
    'searchHolders',
    'list mandates',
    { represented: key, partial: true, owners: [RVO] },
    ({ party }) => post('/mandates/_holders', { party: urnOf(party(key)), service: GENERAL }),
    hasItems,
  ]),
  ...ofBoth((key) => [
    'exportMandates',
    'list mandates',
    { represented: key, partial: true, but: ['rvo', 'rijndam'] },
    ({ party }) => post('/mandates/_export', { side: 'granted', party: urnOf(party(key)) }),
  ]),
  [
    'searchMandates',
    'list mandates',
    { represented: 'burger' },
    ({ party }) => post('/mandates/_search', { side: 'granted', party: urnOf(party('burger')) }),
    hasItems,
  ],
  ...ofBoth((key) => [
    'searchNotices',
    'read notices',
    { represented: key },
    ({ party }) => post('/notices/_search', { party: urnOf(party(key)) }),
    hasItems,
  ]),
  ...ofBoth((key) => [
    'acknowledgeNotice',
    'read notices',
    { represented: key },
    ({ seeds }) => post(`/notices/${seeds.notices.get(key)}/acknowledgements`),
  ]),
  ...ofBoth((key) => [
    'searchReconfirmations',
    'see reconfirmations',
    { represented: key },
    ({ party }) => post('/reconfirmations/_search', { party: urnOf(party(key)) }),
    hasItems,
  ]),
  ...(['confirmed', 'deregistered'] as const).flatMap((answer) =>
    ['molen at eh3', 'zaag', 'bankrupt'].map(
      (key): Short => [
        'answerReconfirmation',
        answer === 'confirmed' ? 'reconfirm' : 'deregister',
        { represented: subjectOf(key).represented, loa: 'eh3', services: [GENERAL], branches: 'all' },
        ({ seeds }) => post(`/reconfirmations/${seeds.reconfirmations.get(key)}/answers`, { answer }),
      ],
    ),
  ),
];

const managers: Short[] = [
  ...(['eh3', 'eh4'] as const).map(
    (loa): Short => [
      'appointManager',
      'appoint a manager',
      { represented: 'molen', loa },
      ({ party }) =>
        post('/managers', {
          party: urnOf(party('molen')),
          manager: { party: urnOf(party('werknemer')) },
          loa,
          valid_until: UNTIL,
          evidence: [{ kind: 'paspoort' }],
        }),
    ],
  ),
  ...ofBoth((key) => [
    'searchManagers',
    'see managers',
    { represented: key, partial: true },
    ({ party }) => post('/managers/_search', { party: urnOf(party(key)) }),
    hasItems,
  ]),
  [
    'changeManager',
    'change a manager',
    { represented: 'molen', loa: 'eh3' },
    (world) => ({
      method: 'PATCH',
      path: `/managers/${managerOf('beheer-eh3')}`,
      body: { loa: 'eh2' },
      headers: match(world, managerOf('beheer-eh3')),
    }),
  ],
  [
    'dismissManager',
    'dismiss a manager',
    { represented: 'molen', loa: 'eh3' },
    () => post(`/managers/${managerOf('beheer-eh3')}/dismissals`, { reason: 'x' }),
  ],
];

const parties: Short[] = [
  ...ofBoth((key) => [
    'getParty',
    'see a party',
    { represented: key, partial: true },
    ({ party }) => get(`/parties/${party(key)}`),
  ]),
  ['getParty', 'see a party', { represented: 'burger' }, ({ party }) => get(`/parties/${party('burger')}`)],
  ...ofBoth((key) => [
    'searchParties',
    'see a party',
    { represented: key, partial: true },
    () => post('/parties/_search', { identifier: kvkOf(key) }),
    hasItems,
  ]),
  ['searchParties', 'look up by name', {}, () => post('/parties/_search', { name: 'Molen' }), hasItems],
  [
    'registerParty',
    'keep parties',
    {},
    () => post('/parties', { kind: 'organisation', name: 'Nieuw', identifiers: ['urn:nl:kvk:90000199'] }),
  ],
  [
    'changeParty',
    'keep parties',
    { represented: 'molen' },
    (world) => ({
      method: 'PATCH',
      path: `/parties/${world.party('molen')}`,
      body: { name: 'Anders' },
      headers: match(world, world.party('molen')),
    }),
  ],
  [
    'addPartyIdentifier',
    'keep parties',
    { represented: 'zaag' },
    ({ party }) => post(`/parties/${party('zaag')}/identifiers`, { identifier: SPARE_RSIN }),
  ],
  [
    'removePartyIdentifier',
    'keep parties',
    { represented: 'molen' },
    ({ party }) => post(`/parties/${party('molen')}/identifiers/_remove`, { identifier: RSIN_OF_MOLEN }),
  ],
  [
    'putBranch',
    'keep parties',
    { represented: 'molen' },
    ({ party }) => ({ method: 'PUT', path: `/parties/${party('molen')}/branches/000090001013`, body: {} }),
  ],
  [
    'removeBranch',
    'keep parties',
    { represented: 'molen' },
    ({ party }) => ({ method: 'DELETE', path: `/parties/${party('molen')}/branches/${ZUID}` }),
  ],
  ...[VERIFIED, {}].flatMap((verified): Short[] => {
    const facts = { represented: 'molen', ...(verified === VERIFIED ? {} : { unverified: true as const }) };
    return [
      [
        'recordPartyState',
        'record a state',
        facts,
        ({ party }) => post(`/parties/${party('molen')}/states`, { state: 'bankrupt', ...REFERENCE, ...verified }),
      ],
      [
        'interveneOnParty',
        'intervene',
        facts,
        ({ party }) =>
          post(`/parties/${party('molen')}/interventions`, { kind: 'bankruptcy', ...REFERENCE, ...verified }),
      ],
      [
        'intervene',
        'intervene',
        facts,
        () => post('/interventions', { kind: 'bankruptcy', party: kvkOf('molen'), ...REFERENCE, ...verified }),
      ],
    ];
  }),
  [
    'endIntervention',
    'intervene',
    { represented: 'gevallen', but: ['rvo', 'rijndam', 'rechtbank'] },
    ({ party, seeds }) =>
      post(`/parties/${party('gevallen')}/interventions/${seeds.intervention}/endings`, {
        ended_at: '2026-05-30T00:00:00Z',
        reference: 'opgeheven',
        ...VERIFIED,
      }),
  ],
  [
    'listInterventions',
    'see a party',
    { represented: 'gevallen' },
    ({ party }) => get(`/parties/${party('gevallen')}/interventions`),
  ],
  [
    'recordIdentification',
    'identify',
    { represented: 'werknemer' },
    ({ party }) =>
      post(`/parties/${party('werknemer')}/identifications`, {
        method: 'in_person',
        check: 'in_person',
        loa: 'eh3',
        document: { kind: 'passport', valid_until: '2030-01-01' },
        checked_by: 'balie',
        checked_at: '2026-05-20T09:00:00Z',
      }),
  ],
  [
    'listIdentifications',
    'see identifications',
    { represented: 'werknemer' },
    ({ party }) => get(`/parties/${party('werknemer')}/identifications`),
  ],
  [
    'endIdentification',
    'identify',
    { represented: 'werknemer' },
    ({ party, seeds }) =>
      post(`/parties/${party('werknemer')}/identifications/${seeds.identification}/endings`, { reason: 'verloren' }),
  ],
];

const means: Short[] = [
  [
    'registerMeans',
    'register means',
    { represented: 'werknemer' },
    ({ party }) =>
      post('/means', {
        identifier: pseudonymOf('nieuw'),
        person: urnOf(party('werknemer')),
        owner: urnOf(party('molen')),
        evidence: [{ kind: 'paspoort' }],
      }),
  ],
  ...ofBoth((key) => [
    'searchMeans',
    'see means',
    { represented: key },
    ({ party }) => post('/means/_search', { owner: urnOf(party(key)) }),
    hasItems,
  ]),
  [
    'searchMeans',
    'see means',
    { represented: 'vreemd' },
    ({ party }) => post('/means/_search', { person: urnOf(party('vreemd')) }),
    hasItems,
  ],
  [
    'activateMeans',
    'activate means',
    { represented: 'molen' },
    ({ seeds }) => post(`/means/${seeds.means.get('werknemer-uit')}/activations`, { reason: 'x' }),
  ],
  [
    'deactivateMeans',
    'stop means',
    { represented: 'molen', holder: 'werknemer' },
    ({ seeds }) => post(`/means/${seeds.means.get('werknemer')}/deactivations`, { reason: 'x' }),
  ],
  [
    'deactivateMeans',
    'stop means',
    { represented: 'zaag' },
    ({ seeds }) => post(`/means/${seeds.means.get('zaag-werknemer')}/deactivations`, { reason: 'x' }),
  ],
  [
    'deactivateMeans',
    'stop means',
    { represented: 'vreemd' },
    ({ seeds }) => post(`/means/${seeds.means.get('vreemd')}/deactivations`, { reason: 'x' }),
  ],
];

const identification = {
  method: 'in_person',
  loa: 'eh3',
  document: { kind: 'passport', valid_until: '2030-01-01' },
  checked_at: '2026-05-20T09:00:00Z',
};

const people: Short[] = [
  [
    'enrolMyself',
    'make oneself known',
    { unknownOnly: true },
    () => post('/me', { name: 'Iemand Nieuw', birth_date: '1980-01-01' }),
  ],
  ...ofBoth((key) => [
    'enrolEmployee',
    'make an employee known',
    { represented: key, loa: 'eh3', partial: true },
    ({ party }) =>
      post('/employees', {
        employer: urnOf(party(key)),
        name: 'Iemand Nieuw',
        birth_date: '1980-01-01',
        means: { identifier: pseudonymOf('nieuw'), evidence: [{ kind: 'paspoort' }] },
        identification,
      }),
  ]),
  ...ofBoth((key) => [
    'searchEmployees',
    'see employees',
    { represented: key, partial: true },
    ({ party }) => post('/employees/_search', { employer: urnOf(party(key)) }),
    hasItems,
  ]),
  [
    'endEmployee',
    'let an employee go',
    { represented: 'molen', loa: 'eh3' },
    ({ party }) =>
      post(`/employees/${party('werknemer')}/departures`, { employer: urnOf(party('molen')), reason: 'x' }),
  ],
  [
    'copyEmployeeMandates',
    'grant',
    { represented: 'molen', loa: 'eh3', services: [GENERAL], branches: 'all' },
    ({ party }) =>
      post(`/employees/${party('werknemer')}/copies`, {
        employer: urnOf(party('molen')),
        to: { party: urnOf(party('vreemd')) },
        mandates: [mandateOf(subjectOf('molen, employee'), 'active')],
      }),
  ],
  ...ofBoth((key) => [
    'searchClients',
    'list mandates',
    { represented: key, but: ['rvo', 'rijndam'] },
    ({ party }) => post('/clients/_search', { party: urnOf(party(key)) }),
  ]),
];

const paper: Short[] = [
  [
    'registerPaperRequest',
    'paper',
    { represented: 'molen' },
    ({ party }) =>
      post('/paper-requests', {
        kind: 'revoke',
        represented: urnOf(party('molen')),
        signed_by: urnOf(party('teken')),
        asked: 'Graag beëindigen.',
        mandates: [mandateOf(subjectOf('molen at eh3'), 'active')],
        loa: 'eh3',
        received_at: '2026-06-01T08:00:00Z',
        evidence: [{ kind: 'handwritten_signature', reference: 'archief 2' }],
      }),
  ],
  [
    'searchPaperRequests',
    'paper',
    { represented: 'molen' },
    ({ party }) => post('/paper-requests/_search', { represented: urnOf(party('molen')) }),
    hasItems,
  ],
  ['getPaperRequest', 'paper', { represented: 'molen' }, ({ seeds }) => get(`/paper-requests/${seeds.paper}`)],
  [
    'settlePaperRequest',
    'paper',
    { represented: 'molen' },
    ({ seeds }) => post(`/paper-requests/${seeds.paper}/decisions`, { decision: 'refused', reason: 'onleesbaar' }),
  ],
];

const rest: Short[] = [
  ['readEvents', 'read events', {}, () => get('/events?limit=1')],
  ['getMe', 'see who I am', { anybody: true, but: ['beheer-dood'] }, () => get('/me')],
];

export const PARTY_ATTEMPTS: readonly Attempt[] = [
  ...grants,
  ...lists,
  ...managers,
  ...parties,
  ...means,
  ...people,
  ...paper,
  ...rest,
].map(toAttempt);
