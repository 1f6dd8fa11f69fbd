import { readFileSync } from 'node:fs';
import { Hono } from 'hono';
import { html } from 'hono/html';
import { AppError } from '../../domain/errors.ts';
import type { RuleNote } from '../../domain/explanation.ts';
import type { Call } from '../../evaluate/call.ts';
import type { Explain } from '../../evaluate/explain.ts';
import { type Exchange, requestIdOf } from '../exchange.ts';
import type { Problem } from '../problem.ts';
import type { Bindings, HttpContext } from '../respond.ts';
import { requireRights } from '../rights.ts';
import { idsOf, namesOf } from './answered.ts';
import type { Choices } from './choices.ts';
import { type Html, layout } from './layout.ts';
import type { Describe } from './mandate-card.ts';
import { rulesPage } from './rules-page.ts';
import { answer, type Example, incomplete, tryPage, welcome } from './try-page.ts';
import { type Asked, NO_WISH, readWish, type Wish } from './wish.ts';

export interface ConsoleDeps {
  choices: Choices;
  examples: readonly Example[];
  explain: Explain;
  /** The rules of the policy that runs now. */
  policy(): { rules: Readonly<Record<string, RuleNote>>; revision: string };
  describe: Describe;
}

const STYLES = ['frame.css', 'question.css', 'answer.css', 'paths.css', 'rules.css'];

/** A browser may show it, and nothing of it: no script, no frame, no form to elsewhere. */
const HEADERS = {
  'content-security-policy':
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
  'cache-control': 'no-store',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
};

/**
 * The page to try a policy, for `dev` alone: it shows whoever may call with the right `details` why anybody of the
 * register file may do anything. Addresses hold keys of that file and no personal number.
 */
export function makeConsole(deps: ConsoleDeps, exchange: Pick<Exchange, 'admit' | 'problem'>) {
  const app = new Hono<{ Bindings: Bindings }>();
  const read = (name: string) => readFileSync(new URL(name, import.meta.url), 'utf8');
  const css = STYLES.map(read).join('\n');
  const icon = read('icon.svg');
  app.get('/console.css', (c) => c.body(css, 200, { ...HEADERS, 'content-type': 'text/css; charset=utf-8' }));
  app.get('/icon.svg', (c) => c.body(icon, 200, { ...HEADERS, 'content-type': 'image/svg+xml' }));

  const page = (make: (c: HttpContext, call: Call) => Promise<Made> | Made) => async (c: HttpContext) => {
    const header = (name: string) => c.req.raw.headers.get(name) ?? undefined;
    const requestId = requestIdOf(header);
    try {
      const call = exchange.admit(header, c.env.connection, requestId);
      if (!call.caller.rights.details) throw new AppError('forbidden', 'the page shows details');
      return await toResponse(await make(c, call));
    } catch (thrown) {
      return toResponse(failed(exchange.problem(thrown, requestId, '/console/policy')));
    }
  };
  app.get(
    '/',
    page((c, call) => tryIt(deps, new URL(c.req.url), call)),
  );
  app.get(
    '/rules',
    page(() => showRules(deps)),
  );
  return app;
}

interface Made {
  status: number;
  title: string;
  here: 'try' | 'rules';
  body: Html;
}

async function tryIt(deps: ConsoleDeps, url: URL, call: Call): Promise<Made> {
  const { choices, examples } = deps;
  if (url.search.length <= 1) {
    const wish = examples[0]?.wish ?? NO_WISH;
    return { status: 200, title: 'Try the policy', here: 'try', body: tryPage(wish, choices, [], welcome(examples)) };
  }
  const { wish, faults, asked } = readWish(url.searchParams, choices);
  if (asked === undefined) {
    const body = tryPage(wish, choices, faults, incomplete(faults));
    return { status: 400, title: 'The question is not complete', here: 'try', body };
  }
  const body = tryPage(wish, choices, [], await answerTo(deps, wish, asked, url.origin, call));
  return { status: 200, title: titleOf(wish, choices), here: 'try', body };
}

async function answerTo(deps: ConsoleDeps, wish: Wish, asked: Asked, origin: string, call: Call) {
  requireRights(asked.question, call.caller);
  const found = await deps.explain(asked, call);
  // A reason may be explained by a rule that was not asked itself.
  const explanation = { ...found, rules: { ...deps.policy().rules, ...found.rules } };
  const { mandates, parties } = idsOf(explanation);
  const described = await deps.describe(mandates, parties);
  const { choices } = deps;
  return answer({ ...asked, wish, explanation, described, choices, names: namesOf(wish, choices) }, origin);
}

function titleOf(wish: Wish, choices: Choices): string {
  const { actor, party, service } = namesOf(wish, choices);
  return `${actor} for ${party}: ${service}`;
}

function showRules(deps: ConsoleDeps): Made {
  const { rules, revision } = deps.policy();
  return { status: 200, title: 'The rules', here: 'rules', body: rulesPage(rules, revision) };
}

function failed({ status, title, detail, request_id }: Problem): Made {
  const body = html`<section class="faults" id="answer" tabindex="-1"><h1>${title}</h1><p>${detail}</p>
<p>Nothing was decided. In the log this is <code>${request_id}</code>.</p>
<p><a href="/console/policy">Start anew</a></p></section>`;
  return { status, title, here: 'try', body };
}

async function toResponse({ status, ...page }: Made): Promise<Response> {
  const headers = { ...HEADERS, 'content-type': 'text/html; charset=utf-8' };
  return new Response(String(await layout(page)), { status, headers });
}
