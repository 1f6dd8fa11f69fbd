import { API_VERSION } from '../exchange.ts';

/** On every answer (NL API Design Rules 2.2, /core/transport/security-headers and /core/version-header). */
export function headersOf(type: string | undefined, requestId: string): Record<string, string> {
  return {
    ...(type !== undefined && { 'content-type': type }),
    'api-version': API_VERSION,
    'cache-control': 'no-store',
    'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
    'referrer-policy': 'no-referrer',
    'strict-transport-security': 'max-age=31536000',
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    'x-request-id': requestId,
  };
}
