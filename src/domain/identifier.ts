import type { PartyId, PartyKind } from './facts.ts';

/** Identifier schemes of the register; `pseudonym` names a means (eHerkenning), the others name the party itself. */
export type Scheme = 'kvk' | 'rsin' | 'oin' | 'bsn' | 'pseudonym';

/** One identifier, leading zeros kept. */
export interface Identifier {
  scheme: Scheme;
  value: string;
}

/**
 * A party by its internal id, where a search or a handle named it; `kind`, where the question says what it should be.
 * An id that no party has is as good as an identifier that nobody knows.
 */
export interface PartyRef {
  party_id: PartyId;
  kind?: PartyKind;
}

/** What a question calls a party. */
export type PartyName = Identifier | PartyRef;

/** No party's id. */
export const NOBODY: PartyId = '00000000-0000-0000-0000-000000000000';

/**
 * What stands behind `urn:machtig:handle:`: 16 bytes in base64url. One caller's name for a party, given in place of an
 * identifier that it may not see.
 */
export const HANDLE_URN = 'urn:machtig:handle:';
const HANDLE = /^[A-Za-z0-9_-]{21}[AQgw]$/;

/** Whom a handle names; `NOBODY`, if it is none of this caller's. Who asks for whom is no matter of the text. */
export type OpenHandle = (handle: string) => PartyId;

interface Rule {
  urn: string;
  form: RegExp;
  says: string;
  names: PartyKind;
  elfproef: boolean;
}

const RULES: Record<Scheme, Rule> = {
  kvk: { urn: 'urn:nl:kvk:', form: /^[0-9]{8}$/, says: 'eight digits', names: 'organisation', elfproef: false },
  rsin: { urn: 'urn:nl:rsin:', form: /^[0-9]{9}$/, says: 'nine digits', names: 'organisation', elfproef: true },
  oin: { urn: 'urn:nl:oin:', form: /^[0-9]{20}$/, says: 'twenty digits', names: 'organisation', elfproef: false },
  bsn: { urn: 'urn:nl:bsn:', form: /^[0-9]{9}$/, says: 'nine digits', names: 'person', elfproef: true },
  pseudonym: {
    urn: 'urn:etoegang:pseudonym:',
    form: /^[A-Za-z0-9@._-]{1,160}$/,
    says: '1 to 160 letters, digits or @._-',
    names: 'person',
    elfproef: false,
  },
};

const SCHEMES = Object.keys(RULES) as Scheme[];
const LISTED = SCHEMES.map((scheme) => ({ scheme, rule: RULES[scheme] }));

/** Which kind of party a scheme names: a BSN or a means names a person, the others an organisation. */
export function partyKindOf(scheme: Scheme): PartyKind {
  return RULES[scheme].names;
}

/**
 * Parses a URN. Returns a sentence saying what is wrong instead of throwing: the caller gathers all faults.
 * The sentence never repeats the value: it may be a BSN.
 */
export function parseIdentifier(text: string): Identifier | string {
  for (const { scheme, rule } of LISTED) {
    if (!text.startsWith(rule.urn)) continue;
    const value = text.slice(rule.urn.length);
    if (!rule.form.test(value)) return `${rule.urn} takes ${rule.says}`;
    if (rule.elfproef && !passesElfproef(value)) return `the number behind ${rule.urn} fails the elfproef`;
    return { scheme, value };
  }
  return `must be one of ${SCHEMES.map((name) => `${RULES[name].urn}…`).join(', ')}`;
}

/** As `parseIdentifier`, for wherever a question names a party: handles are names there, too. */
export function parsePartyName(text: string, open: OpenHandle): PartyName | string {
  if (!text.startsWith(HANDLE_URN)) return parseIdentifier(text);
  const handle = text.slice(HANDLE_URN.length);
  return HANDLE.test(handle) ? { party_id: open(handle) } : `${HANDLE_URN} takes 22 characters of base64url`;
}

/** Without a caller, a handle is nobody's. */
export const openNothing: OpenHandle = () => NOBODY;

export function isPartyRef(name: PartyName): name is PartyRef {
  return 'party_id' in name;
}

export function toUrn({ scheme, value }: Identifier): string {
  return RULES[scheme].urn + value;
}

/** Elfproef of BSN and RSIN: weights 9…2 and −1; `000000000` passes the sum and is refused (standards: BKWI SGR). */
export function passesElfproef(digits: string): boolean {
  if (digits === '000000000') return false;
  let sum = 0;
  for (let i = 0; i < 8; i++) sum += (9 - i) * Number(digits[i]);
  return (sum - Number(digits[8])) % 11 === 0;
}
