import { AppError } from '../../../domain/errors.ts';

/** Why nobody is let in, as far as he may know: it tells how to mend the request, and nothing about what is configured. */
export type Refusal =
  | 'credentials_missing'
  | 'credentials_unknown'
  | 'token_in_query'
  | 'token_malformed'
  | 'token_algorithm'
  | 'token_type'
  | 'token_signature'
  | 'token_issuer'
  | 'token_audience'
  | 'token_client'
  | 'token_expired'
  | 'token_not_yet_valid'
  | 'token_too_old'
  | 'token_bound_elsewhere'
  | 'level_unknown'
  | 'identifier_missing'
  | 'identifier_ambiguous'
  | 'identifier_invalid'
  | 'signature_not_accepted_here'
  | 'signature_malformed'
  | 'signature_algorithm'
  | 'signature_wrong'
  | 'signature_too_old'
  | 'signature_without_idempotency_key'
  | 'certificate_not_trusted'
  | 'certificate_not_qualified'
  | 'certificate_of_another';

/** Never with a value: a token holds personal numbers. */
export function notLetIn(reason: Refusal, message: string): AppError {
  return new AppError('unauthenticated', message, { reasons: [reason] });
}
