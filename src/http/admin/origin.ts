import { AppError } from '../../domain/errors.ts';
import type { Header } from '../exchange.ts';

/**
 * A browser may have a client certificate, and shows it to whatever page asks: pages of others may not act by it.
 * @throws AppError `forbidden`
 */
export function refuseForeignPage(header: Header): void {
  const site = header('sec-fetch-site');
  const origin = header('origin');
  const isForeign = site !== undefined && site !== 'same-origin' && site !== 'none';
  if (isForeign || (origin !== undefined && hostOf(origin) !== header('host')?.toLowerCase())) {
    throw new AppError('forbidden', 'a page of another site asks');
  }
}

function hostOf(origin: string): string | undefined {
  return /^https?:\/\/([^/]+)$/.exec(origin.toLowerCase())?.[1];
}
