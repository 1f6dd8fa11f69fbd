import { CLIENT_ID, GRANT_TYPE } from './dev-client.ts';
import { DEV_LEVELS, type DevPeople } from './dev-people.ts';

/** The page on which one says who one is; it answers with the token. */
export function loginPage({ people, parties, systems }: DevPeople): string {
  const option = (value: string, text: string) => `<option value="${escapeHtml(value)}">${escapeHtml(text)}</option>`;
  const everybody = [...people, ...systems].map(({ key, name }) => option(key, `${name} (${key})`));
  const levels = Object.keys(DEV_LEVELS).map((loa) =>
    option(loa, loa).replace('>', loa === 'eh3' ? ' selected>' : '>'),
  );
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>machtig dev: log in</title>
<style>body{font:1rem/1.5 system-ui;max-width:34rem;margin:3rem auto;padding:0 1rem}label{display:block;margin:1rem 0}
select,button{font:inherit;display:block;width:100%;padding:.4rem}</style>
<h1>Who are you?</h1>
<p>These are the people of the register file that <code>machtig dev</code> has loaded. Nobody checks anything here.</p>
<form method="post" action="/token">
<input type="hidden" name="grant_type" value="${GRANT_TYPE}">
<input type="hidden" name="client_id" value="${CLIENT_ID}">
<label>I am <select name="as">${everybody.join('')}</select></label>
<label>I log in at <select name="loa">${levels.join('')}</select></label>
<label>with <select name="with">${option('', 'eHerkenning, or DigiD where there is none')}${option('digid', 'DigiD')}</select></label>
<label>for <select name="party">${option('', 'whomever I may act for')}${parties.map(({ key, name }) => option(key, name)).join('')}</select></label>
<button>Give me a token</button>
</form>
</html>
`;
}

function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}
