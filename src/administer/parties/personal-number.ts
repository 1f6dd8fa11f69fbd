import type { Fault } from '../../domain/errors.ts';
import { passesElfproef } from '../../domain/identifier.ts';

const NINE_DIGITS = /(?<![0-9])[0-9]{9}(?![0-9])/g;
/** Passports and identity cards of the Netherlands: no letter O, the last a digit. */
const DOCUMENT_NUMBER = /(?<![A-Za-z0-9])[A-NP-Z]{2}[A-NP-Z0-9]{6}[0-9](?![A-Za-z0-9])/;

/** Whether a text looks as if somebody wrote a BSN, or the number of an identity document, into it. */
export function holdsPersonalNumber(text: string): boolean {
  return DOCUMENT_NUMBER.test(text) || (text.match(NINE_DIGITS) ?? []).some(passesElfproef);
}

/** Faults for texts that are kept in clear and answered to others; the texts themselves are never repeated. */
export function personalNumberFaults(texts: readonly { at: string; text: string | undefined }[]): Fault[] {
  return texts
    .filter(({ text }) => text !== undefined && holdsPersonalNumber(text))
    .map(({ at }) => ({ at, message: 'looks like a BSN or the number of a document, which are never kept here' }));
}
