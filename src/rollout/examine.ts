import { toError } from '../domain/errors.ts';
import { type Bundle, compileBundle, unpackBundle } from '../policy/bundle.ts';
import { readManifest } from '../policy/bundle-parts.ts';
import { BundleRefusal } from '../policy/bundle-refusal.ts';
import { type Breathe, passSelfTest } from '../policy/self-test.ts';
import { type Signed, type Trust, verifySignature } from '../policy/signature.ts';

/** A bundle that may be used, with the bytes it came as. */
export interface Release {
  bundle: Bundle;
  packed: Uint8Array;
  /** Absent where no key is configured. */
  signed?: Signed;
}

/** What a signature vouches for. */
export interface Issued extends Signed {
  revision: string;
}

export interface Checks {
  /** Absent: signatures are not looked at. */
  trust?: Trust;
  /** @throws BundleRefusal for a signed bundle that is not the next one */
  admit?: (issued: Issued) => void;
  breathe: Breathe;
}

/**
 * Everything that a bundle must pass before it may answer: unpacked within bounds, signed by the trusted key, newer
 * than what was seen, compiled, and right about its own cases. Nothing of it runs before its signature was verified.
 * @throws BundleRefusal, with its revision as far as that is vouched for
 */
export async function examine(packed: Uint8Array, { trust, admit, breathe }: Checks): Promise<Release> {
  let issued: Issued | undefined;
  try {
    const files = await unpackBundle(packed);
    await breathe();
    if (trust) {
      const signed = await verifySignature(files, trust);
      issued = { ...signed, revision: readManifest(files).revision };
      admit?.(issued);
    }
    await breathe();
    const bundle = await compileBundle(files, breathe);
    await passSelfTest(bundle, breathe);
    return { bundle, packed, ...(issued && { signed: { keyId: issued.keyId, issuedAt: issued.issuedAt } }) };
  } catch (thrown) {
    throw toRefusal(thrown, issued);
  }
}

/** Whatever else goes wrong while a bundle is looked at is no reason to use it. */
export function toRefusal(thrown: unknown, issued?: Issued): BundleRefusal {
  const { message } = toError(thrown);
  const refusal = thrown instanceof BundleRefusal ? thrown : new BundleRefusal('internal', message, { cause: thrown });
  if (issued) refusal.issued ??= { revision: issued.revision, issuedAt: issued.issuedAt };
  return refusal;
}
