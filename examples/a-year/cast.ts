/** Who and what the example register knows (examples/register.yaml). */

export const FARM = 'urn:nl:kvk:90000001';
export const HAULIER = 'urn:nl:kvk:90000002';
export const BALANS = 'urn:nl:kvk:90000003';
export const BAKERY = 'urn:nl:kvk:90000004';
export const DRAWING_OFFICE = 'urn:nl:kvk:90000006';
export const BEWINDVOERDERS = 'urn:nl:kvk:90000007';
export const NEW_BUTCHER = 'urn:nl:kvk:90000009';
export const SHIPPING_COMPANY = 'urn:nl:kvk:90000010';
export const PAINTER = 'urn:nl:kvk:90000011';

export const MARIJKE = 'urn:nl:bsn:999990949';
export const MARIJKE_BORN = '1948-02-10';
export const SANNE = 'urn:nl:bsn:999990962';
export const SANNE_BORN = '1977-07-07';
export const VICTOR = 'urn:nl:bsn:999993690';

const means = (name: string) => `urn:etoegang:pseudonym:${name}`;
export const PETRA = means('petra@vooruit');
export const STAN = means('stan@korenbloem');
export const KARIN = means('karin@korenbloem');
/** Not in the register yet. */
export const FENNA = means('fenna@korenbloem');
export const BEA = means('bea@balans');
export const OLAF = means('olaf@balans');
export const TESS = means('tess@schets');
export const NORA = means('nora@maasland');
export const BAS = means('bas@houvast');
export const AB = means('ab@vandam');
export const QUIRINE = means('quirine@quist');
export const TEUN = means('teun@doorstart');

export interface Service {
  /** ServiceUUID: what mandates are for. */
  uuid: string;
  /** ServiceID: what portals ask about. */
  id: string;
}
const service = (number: string, id: string): Service => ({
  uuid: `5e000000-0000-4000-8000-0000000000${number}`,
  id: `urn:etoegang:DV:000000038000000${id}`,
});
export const TRANSPORT = service('01', '20000:services:1');
export const VAT = service('10', '10000:services:1');
export const PAYROLL_TAX = service('11', '10000:services:2');
export const INCOME_TAX = service('12', '10000:services:3');
export const PERMIT = service('21', '40000:services:2');
export const PERMIT_FILES = service('22', '40000:services:3');
export const DEBT_RELIEF = service('31', '50000:services:2');
export const MANAGING = service('41', '70000:services:2');

/** The livestock profile of the RVO and others. */
export const LIVESTOCK_SET = '5e700000-0000-4000-8000-000000000001';

export const CENTRE = '000090000041';
export const STATION = '000090000042';
export const HARBOUR = '000090000043';

/** Mandates that stand in the register from the start. */
export const FARM_TO_BALANS_BY_SET = '3a000000-0000-4000-8000-000000000004';
export const VICTOR_TO_DEBT_RELIEF = '3a000000-0000-4000-8000-000000000080';

/** Unlimited in so many words. */
export const UNLIMITED = { operations: 'all', branches: 'all', cases: 'all' } as const;

const DAY = 24 * 60 * 60 * 1000;
export const daysFromNow = (days: number): string => new Date(Date.now() + days * DAY).toISOString();
export const inTwoYears = (): string => daysFromNow(2 * 365);
