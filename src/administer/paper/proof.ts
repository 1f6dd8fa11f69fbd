import { AppError, type Fault } from '../../domain/errors.ts';
import { LOAS, type Loa } from '../../domain/facts.ts';
import type { Act, Acting } from '../acting.ts';
import { holdingIdentifications } from '../parties/identifications.ts';
import { personalNumberFaults } from '../parties/personal-number.ts';
import type { PaperRow } from './paper-request.ts';

/** The handwritten signature, compared with the one in the archive (R99). */
export interface SignatureCheck {
  /** Who compared, as the registrar names his people. */
  by: string;
  at: Date;
  /** Where the archived signature lies. */
  reference: string;
}

/** What proves that the signer asked it, and that he is who he says. */
export interface Proof {
  /** What the rules are told. */
  paper: NonNullable<Act['paper']>;
  /** What is kept with the mandate (R94). */
  evidence: { kind: string; reference: string; checked_at: string; valid_until?: string }[];
  signature: { by: string; at: string; reference: string };
}

/**
 * The comparison of the signature, and the identifications of the signer that still hold. A copy of a document is checked
 * anew for each request; the copy itself is used again while the document is valid (R98).
 * @throws AppError `invalid_request`
 */
export async function proofOf(
  acting: Acting,
  paper: PaperRow,
  { signature, identifications }: { signature: SignatureCheck; identifications: readonly string[] },
): Promise<Proof> {
  const faults = signatureFaults(acting, paper, signature);
  const held = new Map(
    (await holdingIdentifications(acting, paper.signed_by, 'eh2'))
      // What an employer saw proves nothing to anybody else.
      .filter(({ employer }) => employer === undefined)
      .map((one) => [one.identification_id, one]),
  );
  const used = identifications.flatMap((id, i) => {
    const one = held.get(id);
    if (one === undefined)
      faults.push({ at: `/identifications/${i}`, message: 'does not hold, or is not of the signer' });
    else if (one.method === 'document_copy' && !isFresh(paper, String(one.checked_at))) {
      faults.push({ at: `/identifications/${i}`, message: 'was checked before the request came: check it again' });
    } else return [one];
    return [];
  });
  if (faults.length > 0) throw new AppError('invalid_request', 'the request is not proved so', { faults });
  const at = signature.at.toISOString();
  const kept = used.map((one) => ({
    kind: String(one.check),
    reference: `identification ${one.identification_id}`,
    checked_at: String(one.checked_at),
    ...(typeof one.document_valid_until === 'string' && { valid_until: one.document_valid_until }),
  }));
  const evidence = [{ kind: 'handwritten_signature', reference: signature.reference, checked_at: at }, ...kept];
  return {
    paper: {
      signed_by: paper.signed_by,
      loa: highest(used.map(({ loa }) => loa)),
      evidence: evidence.map(({ kind }) => kind),
    },
    evidence,
    signature: { by: signature.by, at, reference: signature.reference },
  };
}

function signatureFaults({ now }: Acting, { received_at }: PaperRow, { by, at, reference }: SignatureCheck): Fault[] {
  const faults = personalNumberFaults([
    { at: '/signature_verified/by', text: by },
    { at: '/signature_verified/reference', text: reference },
  ]);
  if (at > now) faults.push({ at: '/signature_verified/at', message: 'lies in the future' });
  if (at < received_at) faults.push({ at: '/signature_verified/at', message: 'was before the request came' });
  return faults;
}

/** Post is opened, checked and only then entered: what was checked on the same day belongs to it. */
function isFresh({ received_at }: PaperRow, checkedAt: string): boolean {
  return Date.parse(checkedAt) >= received_at.getTime() - 86_400_000;
}

/** Without any identification the lowest; the rules then miss the evidence. */
function highest(loas: readonly unknown[]): Loa {
  return LOAS.findLast((loa) => loas.includes(loa)) ?? LOAS[0];
}
