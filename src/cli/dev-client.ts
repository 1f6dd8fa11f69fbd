import { z } from 'zod';
import { AppError, toError } from '../domain/errors.ts';

export const GRANT_TYPE = 'urn:machtig:dev:as';
export const CLIENT_ID = 'machtig-dev';

/** As whom, and how, one asks the provider of `dev` for a token. */
export interface TokenWish {
  as: string;
  loa?: string | undefined;
  party?: string | undefined;
  digid?: boolean | undefined;
}

const answerForm = z.object({ access_token: z.string() });
const refusalForm = z.object({ error_description: z.string() });

/** The form by which a token is asked for. */
export function tokenForm({ as, loa, party, digid }: TokenWish): URLSearchParams {
  return new URLSearchParams({
    grant_type: GRANT_TYPE,
    client_id: CLIENT_ID,
    as,
    ...(loa && { loa }),
    ...(party && { party }),
    ...(digid && { with: 'digid' }),
  });
}

/** @throws AppError `store_unavailable` when no `dev` runs there; `invalid_request` with the reason */
export async function fetchToken(url: string, wish: TokenWish): Promise<string> {
  let answer: unknown;
  try {
    answer = await (await fetch(`${url}/token`, { method: 'POST', body: tokenForm(wish) })).json();
  } catch (thrown) {
    const cause = toError(thrown);
    throw new AppError('store_unavailable', `no machtig dev answers on ${url}: start it with npm run dev`, { cause });
  }
  const given = answerForm.safeParse(answer);
  if (given.success) return given.data.access_token;
  const refused = refusalForm.safeParse(answer);
  throw new AppError('invalid_request', refused.success ? refused.data.error_description : 'no token was given');
}
