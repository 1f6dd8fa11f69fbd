import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { AppError } from '../../src/domain/errors.ts';
import type { Explanation } from '../../src/domain/explanation.ts';
import { choicesOf } from '../../src/http/console/choices.ts';
import { type ConsoleDeps, makeConsole } from '../../src/http/console/console.ts';
import { addressOf, NO_WISH, type Wish } from '../../src/http/console/wish.ts';
import { readRegisterFile } from '../../src/register/read-file.ts';
import { anExplanation, BALANS, NOTES } from '../support/explanation.ts';
import { anApp, everyone } from '../support/http.ts';

const choices = choicesOf(readRegisterFile(readFileSync('examples/register.yaml', 'utf8')).file);
const VAT = 'urn:etoegang:DV:00000003800000010000:services:1';
const olaf: Wish = { ...NO_WISH, actor: 'olaf', loa: 'eh3', party: 'bakkerij', service: VAT };

function aConsole(change: Partial<ConsoleDeps> = {}, rights = everyone.rights) {
  const asked: unknown[] = [];
  const deps: ConsoleDeps = {
    choices,
    examples: [],
    explain: async (wish) => {
      asked.push(wish);
      return anExplanation();
    },
    policy: () => ({ rules: NOTES, revision: 'sha256:abc' }),
    describe: async () => ({ mandates: new Map(), parties: new Map([[BALANS, 'Balans <b>&</b> Co']]) }),
    ...change,
  };
  const { send } = anApp({
    identify: () => ({ ...everyone, rights }),
    console: (exchange) => makeConsole(deps, exchange),
  });
  const get = async (path: string, init?: RequestInit) => {
    const response = await send(path, init);
    return { status: response.status, headers: response.headers, text: await response.text() };
  };
  return { get, ask: (wish: Partial<Wish>) => get(addressOf({ ...olaf, ...wish })), asked };
}

const answering = (explanation: Partial<Explanation>) => aConsole({ explain: async () => anExplanation(explanation) });

describe('GET /console/policy', () => {
  it('tells in words what the policy says, and asks it what was chosen', async () => {
    const { ask, asked } = aConsole();
    const { status, text } = await ask({ at: '2026-12-15T00:00' });
    expect(status).toBe(200);
    expect(text).toContain('would not be allowed to use Btw-aangifte for Bakkerij De Korenbloem.');
    expect(text).toContain('The employee may act for his employer&#39;s own affairs only.');
    expect(text).toContain('Through Balans &lt;b&gt;&amp;&lt;/b&gt; Co');
    expect(asked).toEqual([
      {
        question: {
          actor: { scheme: 'pseudonym', value: 'olaf@balans' },
          loa: 'eh3',
          represented: { scheme: 'kvk', value: '90000004' },
          service: VAT,
        },
        at: Date.UTC(2026, 11, 14, 23),
      },
    ]);
  });

  it('says yes of an allow alone', async () => {
    const { verdict } = anExplanation();
    const allowed: Partial<Explanation> = { verdict: { ...verdict, reasons: [], basis: 'chain' } };
    const yes = await answering({ ...allowed, allow: true }).ask({});
    expect(yes.text).toContain(
      'Olaf Oosting may use Btw-aangifte for Bakkerij De Korenbloem, by a chain of two mandates.',
    );
    const { allow: _, ...unsaid } = anExplanation(allowed);
    const no = await aConsole({ explain: async () => unsaid }).ask({});
    expect(no.text).toContain('Olaf Oosting may not use');
  });

  it('lets a browser run nothing, and keep nothing', async () => {
    const { headers, text } = await aConsole().ask({});
    expect(headers.get('content-security-policy')).toBe(
      "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    );
    expect(headers.get('cache-control')).toBe('no-store');
    expect(text).not.toMatch(/<script|<style|\son\w+=|\sstyle=/i);
  });

  it.each(['operation', 'case', 'branch', 'at', 'actor'] as const)('writes a nasty %s as text', async (field) => {
    const { text } = await aConsole().ask({ [field]: `"><script>alert('1')</script>` });
    expect(text).not.toContain('<script');
    expect(text).not.toContain("alert('1')");
  });

  it('links to a norm only where it has an address on the web', async () => {
    const { text } = await aConsole().ask({});
    expect(text).toContain('href="https://example.org/norm#9"');
    expect(text).not.toContain('javascript:');
  });

  it('says what is missing, next to its field, and asks nothing', async () => {
    const { ask, asked } = aConsole();
    const { status, text } = await ask({ actor: '', service: 'urn:nothing' });
    expect(status).toBe(400);
    expect(text).toContain('<a href="#actor">Choose who acts.</a>');
    expect(text).toContain('id="service-fault"');
    expect(asked).toEqual([]);
  });

  it('shows an error as an error, neither yes nor no', async () => {
    const explain = async () => {
      throw new AppError('data_stale', 'the stream is silent at 10.0.0.1');
    };
    const { status, text } = await aConsole({ explain }).ask({});
    expect(status).toBe(503);
    expect(text).toContain('Nothing was decided.');
    expect(text).not.toMatch(/10\.0\.0\.1|class="verdict/);
  });

  it('is for callers with the right details', async () => {
    const { ask, asked, get } = aConsole({}, { ...everyone.rights, details: false });
    expect((await ask({})).status).toBe(403);
    expect((await get('/console/policy')).status).toBe(403);
    expect((await get('/console/policy/rules')).status).toBe(403);
    expect(asked).toEqual([]);
  });

  it('names persons by number only for callers who may', async () => {
    const { ask, asked } = aConsole({}, { ...everyone.rights, bsn: false });
    expect((await ask({ party: 'moeder' })).status).toBe(403);
    expect(asked).toEqual([]);
  });

  it.each(['/console/policy', '/console/policy/rules'])(
    'is not shown under a name that is not ours: %s',
    async (path) => {
      const { status, text } = await aConsole().get(path, { headers: { host: 'rebound.example' } });
      expect(status).toBe(421);
      expect(text).not.toContain('<form');
    },
  );

  it('does not exist where it was not asked for', async () => {
    const { send } = anApp();
    for (const path of ['/console/policy', '/console/policy/rules', '/console/policy/console.css']) {
      expect((await send(path)).status).toBe(404);
    }
  });
});

describe('GET /console/policy/rules', () => {
  it('has every rule under the name by which the answer links to it', async () => {
    const { get } = aConsole();
    const { status, text } = await get('/console/policy/rules');
    expect(status).toBe(200);
    for (const [name, { title }] of Object.entries(NOTES)) {
      expect(text).toContain(`id="${name}"`);
      expect(text).toContain(title);
    }
  });
});
