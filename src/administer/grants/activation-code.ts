import { randomBytes, randomInt, scrypt, timingSafeEqual } from 'node:crypto';
import type { Keys } from '../../store/keys.ts';

/** Crockford's base 32: no I, L, O or U, so that a code survives being read aloud and typed over. */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const SELECTOR_LENGTH = 5;
const SECRET_LENGTH = 6;
/** Selector, secret and check symbol; shown in groups of four. */
const CODE_LENGTH = SELECTOR_LENGTH + SECRET_LENGTH + 1;
const CHECK_MODULUS = 37n;
const SALT_BYTES = 16;
const HASH_BYTES = 32;
/** 32 MB and tens of milliseconds a try. */
const COST = { N: 2 ** 15, r: 8, p: 1, maxmem: 64 * 1024 * 1024 };
const PURPOSE = 'activation code';

export interface ActivationCode {
  /** Finds the offer; 25 bits. */
  selector: string;
  /** Proves the right to it; 30 bits, of which five may be tried. */
  secret: string;
}

export interface HashedCode {
  selector: string;
  salt: Buffer;
  hash: Buffer;
}

/** A new code (R67). Drawn again until its check symbol is one of the alphabet: Crockford's other five are hard to type. */
export function drawCode(): ActivationCode {
  for (;;) {
    const drawn = Array.from({ length: SELECTOR_LENGTH + SECRET_LENGTH }, () => ALPHABET[randomInt(32)]).join('');
    if (checkSymbol(drawn) !== undefined) {
      return { selector: drawn.slice(0, SELECTOR_LENGTH), secret: drawn.slice(SELECTOR_LENGTH) };
    }
  }
}

/** As it is shown: `7KQ2-9XTM-4RBW`. */
export function writeCode({ selector, secret }: ActivationCode): string {
  const symbols = selector + secret;
  return `${symbols}${checkSymbol(symbols) ?? ''}`.replace(/(.{4})(?=.)/g, '$1-');
}

/** Reads a code as people type it; undefined when its check symbol says that it was mistyped. */
export function readCode(typed: string): ActivationCode | undefined {
  const symbols = typed.toUpperCase().replace(/[\s-]/g, '').replaceAll('O', '0').replace(/[IL]/g, '1');
  if (symbols.length !== CODE_LENGTH || [...symbols].some((one) => !ALPHABET.includes(one))) return undefined;
  const body = symbols.slice(0, -1);
  if (checkSymbol(body) !== symbols.at(-1)) return undefined;
  return { selector: body.slice(0, SELECTOR_LENGTH), secret: body.slice(SELECTOR_LENGTH) };
}

function checkSymbol(symbols: string): string | undefined {
  let value = 0n;
  for (const symbol of symbols) value = value * 32n + BigInt(ALPHABET.indexOf(symbol));
  return ALPHABET[Number(value % CHECK_MODULUS)];
}

/** What is kept of a code: worthless without the register's key, and slow to try with it. */
export async function hashCode(keys: Keys, { selector, secret }: ActivationCode): Promise<HashedCode> {
  const salt = randomBytes(SALT_BYTES);
  return { selector, salt, hash: await stretch(keys, secret, salt) };
}

/** Takes as long without an offer to compare with. */
export async function isCode(
  keys: Keys,
  secret: string,
  kept: Omit<HashedCode, 'selector'> | undefined,
): Promise<boolean> {
  const hash = await stretch(keys, secret, kept?.salt ?? Buffer.alloc(SALT_BYTES));
  return timingSafeEqual(hash, kept?.hash ?? Buffer.alloc(HASH_BYTES)) && kept !== undefined;
}

function stretch(keys: Keys, secret: string, salt: Buffer): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    scrypt(keys.mac(secret, PURPOSE), salt, HASH_BYTES, COST, (error, hash) => (error ? reject(error) : resolve(hash)));
  });
}
