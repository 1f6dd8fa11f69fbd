import { INCOME_TAX, LIVESTOCK_REPORT, terms, VAT } from '../support/grants.ts';

/** A request that is done as it stands, or nearly: what chance would hardly put together. */
export interface Template {
  operation: string;
  caller: string;
  body: Record<string, unknown>;
}

const mother = 'urn:nl:bsn:999990949';
const voluntary = terms(INCOME_TAX, { kind: 'voluntary', loa: 'eh2plus' });
const at = { reference: 'brief 7', since: '2026-05-01T00:00:00Z' };

export const TEMPLATES: readonly Template[] = [
  {
    operation: 'grantMandates',
    caller: 'willem@eh3',
    body: {
      represented: 'urn:nl:kvk:90000001',
      delegates: [{ party: 'urn:nl:kvk:90000002' }],
      ...terms(LIVESTOCK_REPORT),
    },
  },
  {
    operation: 'grantMandates',
    caller: 'willem@eh3',
    body: {
      represented: 'urn:nl:kvk:90000001',
      delegates: [{ party: 'urn:nl:kvk:90000003' }],
      ...terms(VAT, { substitution: true }),
    },
  },
  {
    operation: 'requestMandates',
    caller: 'olaf@eh3',
    body: { represented: [{ party: 'urn:nl:kvk:90000001' }], delegate: 'urn:nl:kvk:90000003', ...terms(VAT) },
  },
  { operation: 'approveMandateRequest', caller: 'willem@eh3', body: {} },
  { operation: 'rejectMandateRequest', caller: 'willem@eh3', body: { reason: 'Nee' } },
  { operation: 'withdrawMandateRequest', caller: 'olaf@eh3', body: { reason: 'Zo is het' } },
  { operation: 'offerMandate', caller: 'moeder@eh2plus', body: { represented: mother, ...voluntary } },
  { operation: 'reissueActivationCode', caller: 'moeder@eh2plus', body: {} },
  {
    operation: 'activateMandateOffer',
    caller: 'dochter@eh2plus',
    body: { code: '', birth_date: '1948-02-10', bsn: mother },
  },
  { operation: 'renewMandate', caller: 'willem@eh3', body: { valid_until: '2029-01-01T00:00:00Z' } },
  { operation: 'suspendMandate', caller: 'willem@eh3', body: { reason: 'Zo is het' } },
  { operation: 'reactivateMandate', caller: 'willem@eh3', body: { reason: 'Zo is het' } },
  {
    operation: 'revokeMandates',
    caller: 'willem@eh3',
    body: { filter: { represented: 'urn:nl:kvk:90000001', delegate: 'urn:nl:kvk:90000002' }, reason: 'Klaar' },
  },
  {
    operation: 'transferMandates',
    caller: 'willem@eh3',
    body: {
      filter: { represented: 'urn:nl:kvk:90000001', delegate: 'urn:nl:kvk:90000003' },
      delegate: { party: 'urn:nl:kvk:90000002' },
      reason: 'Klaar',
    },
  },
  {
    operation: 'appointManager',
    caller: 'olaf@eh3',
    body: {
      party: 'urn:nl:kvk:90000003',
      manager: { party: 'urn:etoegang:pseudonym:bea@balans' },
      loa: 'eh3',
      valid_until: '2030-01-01T00:00:00Z',
    },
  },
  { operation: 'changeManager', caller: 'olaf@eh3', body: { loa: 'eh2' } },
  { operation: 'dismissManager', caller: 'olaf@eh3', body: { reason: 'Zo is het' } },
  {
    operation: 'registerParty',
    caller: 'registrar',
    body: { kind: 'organisation', name: 'Nieuw', identifiers: ['urn:nl:kvk:90000099'] },
  },
  { operation: 'intervene', caller: 'registrar', body: { kind: 'bankruptcy', party: 'urn:nl:kvk:90000011', ...at } },
  { operation: 'interveneOnParty', caller: 'registrar', body: { kind: 'business_ended', ...at } },
];
