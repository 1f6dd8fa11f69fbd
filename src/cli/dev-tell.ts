import type { Developing } from './dev.ts';
import { fetchToken } from './dev-client.ts';
import type { Terminal } from './terminal.ts';

/** Says where the admin API is and how to get in, and makes a first call in the same way. */
export async function tellAdmin(
  { admin, login, embeddedDatabase }: Pick<Developing, 'admin' | 'login' | 'embeddedDatabase'>,
  { out }: Terminal,
): Promise<void> {
  if (admin === undefined) return;
  out.write(`\nThe admin API answers on ${admin.url}/v1: a page to read, and ${admin.url}/v1/openapi.json.\n`);
  if (login === undefined) return;
  out.write(`Be whom you like of the register file: choose on ${login.url}, or:\n`);
  const headers = { authorization: `Bearer ${await fetchToken(login.url, { as: 'karin' })}` };
  const response = await fetch(`${admin.url}/v1/me`, { headers });
  const answer = response.ok ? await response.text() : `${response.status} ${await response.text()}`;
  out.write(`
# Who am I, and what may I do? Somebody else: --as willem; a stronger login: --loa eh4
TOKEN=$(node bin/machtig.js token --as karin)
curl -s ${admin.url}/v1/me -H "Authorization: Bearer $TOKEN"
→ ${answer}

# A year of mandates as different people live it, told while it is played on this register:
npx tsx examples/a-year.ts
`);
  if (embeddedDatabase !== undefined) {
    out.write(`
# For an operator's commands on it, such as machtig audit verify:
export DATABASE_URL='${embeddedDatabase}'
`);
  }
}
