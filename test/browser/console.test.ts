import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addressOf, NO_WISH, type Wish } from '../../src/http/console/wish.ts';
import { axeFindings, findBrowser, focusOf, startBrowser } from '../support/browser.ts';
import { type Process, startMachtig } from '../support/program.ts';

const ROOT = join(import.meta.dirname, '../..');
const IMAGES = join(ROOT, 'docs/images');
const at = (owner: number, number: number) => `urn:etoegang:DV:000000038000000${owner}0000:services:${number}`;
const wish = (actor: string, party: string, service: string, more: Partial<Wish> = {}): Wish => ({
  ...NO_WISH,
  ...{ actor, party, service, loa: 'eh3', operation: 'submit' },
  ...more,
});
const QUESTIONS = {
  'a chain that holds': wish('bea', 'bakkerij', at(1, 1)),
  'a chain that does not': wish('olaf', 'bakkerij', at(1, 1), { via: 'balans' }),
  'a weak login at another branch': wish('stan', 'bakkerij', at(4, 3), {
    loa: 'eh2plus',
    branch: '000090000043',
    operation: 'view',
  }),
  'one director of two': wish('vandam-een', 'rederij', at(1, 1)),
  'a service behind a portal': wish('karin', 'bakkerij', at(4, 1), { operation: '' }),
  'a parent, after the birthday': wish('ouder', 'kind', at(5, 3), { operation: '', at: '2026-12-20T12:00' }),
  'a citizen in person': wish('moeder', 'moeder', at(7, 1), { operation: 'view' }),
  'an offer that nobody accepted': wish('dochter', 'moeder', at(5, 1)),
  'nothing at all': wish('kees', 'moeder', at(1, 3)),
} as const;
type Name = keyof typeof QUESTIONS;
const NAMES = Object.keys(QUESTIONS) as Name[];

/** Where a change that the form can express gives the other answer. */
const CAN_BE_ASKED = new Set<Name>([
  'a chain that holds',
  'a weak login at another branch',
  'one director of two',
  'a service behind a portal',
  'a citizen in person',
]);

const executable = findBrowser();
const DESKTOP = { width: 1280, height: 900 };
const PHONE = { width: 390, height: 844 };
let dev: Process;
let browser: Browser;

describe.skipIf(executable === undefined)('the page in Chromium', () => {
  beforeAll(async () => {
    [dev, browser] = await Promise.all([startMachtig('dev', {}), startBrowser(executable ?? '')]);
    await dev.ready();
  }, 120_000);

  afterAll(async () => {
    await browser?.close();
    await dev?.kill('SIGTERM');
  });

  /** Runs in a fresh browser profile; fails on anything the page asks of elsewhere, or complains of. */
  async function onPage(work: (page: Page) => Promise<void>, options: BrowserContextOptions = {}): Promise<void> {
    const context = await browser.newContext({ viewport: DESKTOP, locale: 'en-GB', ...options });
    const complaints: string[] = [];
    const page = await context.newPage();
    page.on('console', (said) => said.type() === 'error' && complaints.push(said.text()));
    page.on('request', (request) => request.url().startsWith(`${dev.url}/`) || complaints.push(request.url()));
    try {
      await work(page);
    } finally {
      await context.close();
    }
    expect(complaints.filter((text) => !text.includes('400 (Bad Request)'))).toEqual([]);
  }

  const ask = (page: Page, asked: Wish) => page.goto(dev.url + addressOf(asked));
  const answer = (page: Page) => page.locator('.stamp').innerText();
  const saysYes = async (page: Page) => /^✓ Yes/.test(await answer(page));

  it('is where dev says that it is, and begins with the example questions', () =>
    onPage(async (page) => {
      await page.goto(`${dev.url}/console/policy`);
      const examples = page.locator('.examples a');
      expect(await examples.count()).toBe(5);
      for (let i = 0; i < 5; i++) {
        const title = await examples.nth(i).innerText();
        await examples.nth(i).click();
        expect(await saysYes(page)).toBe(/\? Yes/.test(title));
        await page.goBack();
      }
    }));

  it('is used by the keyboard alone, and always shows where one is', () =>
    onPage(async (page) => {
      await page.goto(`${dev.url}/console/policy`);
      await tabTo(page, '.skip');
      await choose(page, '#actor', 'Stan');
      await choose(page, '#loa', 'eh2plus');
      await choose(page, '#party', 'Bakkerij');
      await choose(page, '#branch', 'Korenbloem H');
      await choose(page, '#service', 'Aanvraag');
      await tabTo(page, '#operation');
      await page.keyboard.press('Control+a');
      await page.keyboard.type('view');
      await page.keyboard.press('Enter');
      await page.waitForURL(/branch=000090000043/);
      expect(await page.locator('#verdict-title').innerText()).toBe(
        'Stan Stations may not use Aanvraagdossiers inzien (view) for Bakkerij De Korenbloem, at branch Korenbloem Haven.',
      );
      const held = page.locator('details.held').first();
      await tabTo(page, 'details.held summary');
      await page.keyboard.press('Enter');
      expect(await held.getAttribute('open')).not.toBeNull();
      expect(await held.locator('.verdicts').isVisible()).toBe(true);
    }));

  it('works without JavaScript', () =>
    onPage(
      async (page) => {
        await page.goto(`${dev.url}/console/policy`);
        await page.locator('#actor').selectOption('olaf');
        await page.locator('button').click();
        expect(await saysYes(page)).toBe(false);
        await page.locator('details.held summary').first().click();
        expect(await page.locator('details.held .verdicts').first().isVisible()).toBe(true);
        await page.locator('.verdicts .rule a').first().click();
        await page.waitForURL(/policy\/rules#/);
        expect(await page.locator('.rule-card:target h4').isVisible()).toBe(true);
      },
      { javaScriptEnabled: false },
    ));

  describe.each(NAMES)('about %s', (name) => {
    it('says what the same says from a terminal', () =>
      onPage(async (page) => {
        await ask(page, QUESTIONS[name]);
        const lines = await page.locator('.repeat pre').allInnerTexts();
        expect(lines).toHaveLength(3);
        const answers = await Promise.all(lines.map(asInShell));
        const whatIf = QUESTIONS[name].at !== '';
        const told = answers.map((body) => body.allow ?? body.would_allow ?? body.decision);
        const yes = await saysYes(page);
        // Of another moment the doors that decide know nothing.
        expect(told.slice(whatIf ? 2 : 0)).toEqual((whatIf ? [0] : [0, 1, 2]).map(() => yes));
      }));

    it('offers changes that give the other answer', () =>
      onPage(async (page) => {
        await ask(page, QUESTIONS[name]);
        const before = await saysYes(page);
        const links = page.locator('.nearest li a');
        const changes = await Promise.all((await links.all()).map((link) => link.getAttribute('href')));
        expect(changes.length > 0).toBe(CAN_BE_ASKED.has(name));
        for (const change of changes) {
          await page.goto(dev.url + change);
          expect([change, await saysYes(page)]).toEqual([change, !before]);
        }
      }));

    it('explains each rule in words, and names no person by number in an address', () =>
      onPage(async (page) => {
        await ask(page, QUESTIONS[name]);
        for (const summary of await page.locator('details.held summary').all()) await summary.click();
        const rules = await page.locator('.verdicts .rule a').allInnerTexts();
        expect(rules.length).toBeGreaterThan(5);
        expect(rules.filter((title) => /^[a-z_.]+$/.test(title))).toEqual([]);
        const addresses = await page
          .locator('a')
          .evaluateAll((links) => links.map((link) => link.getAttribute('href')));
        expect(addresses.filter((address) => /(^|\D)9999\d{5}(\D|$)|pseudonym/.test(address ?? ''))).toEqual([]);
      }));
  });

  it('says to what machtig explain says the same', () =>
    onPage(async (page) => {
      await ask(page, QUESTIONS['an offer that nobody accepted']);
      const line = (await page.locator('.repeat pre').nth(2).innerText()).replace('npx machtig', 'node bin/machtig.js');
      const told = execFileSync('sh', ['-c', line], { encoding: 'utf8', cwd: ROOT });
      for (const code of await page.locator('.reasons .id').allInnerTexts()) expect(told).toContain(code);
      expect(told).toMatch(/^✗ Denied/);
    }));

  const PAGES: Record<string, string> = {
    'the beginning': '/console/policy',
    'an incomplete question': '/console/policy?actor=nobody&at=x',
    'the rules': '/console/policy/rules',
    ...Object.fromEntries(NAMES.map((name) => [name, addressOf(QUESTIONS[name])])),
  };

  describe.each(Object.entries(PAGES))('shown: %s', (_name, path) => {
    it.each([
      ['on a desk, light', DESKTOP, 'light'],
      ['on a phone, dark', PHONE, 'dark'],
    ] as const)('is accessible %s', (_how, viewport, colorScheme) =>
      onPage(
        async (page) => {
          await page.goto(dev.url + path);
          await page.locator('details').evaluateAll((all) => all.forEach((one) => one.setAttribute('open', '')));
          expect(await axeFindings(page)).toEqual([]);
        },
        { viewport, colorScheme },
      ),
    );

    it('needs no scrolling sideways down to 320 pixels', () =>
      onPage(
        async (page) => {
          await page.goto(dev.url + path);
          await page.locator('details').evaluateAll((all) => all.forEach((one) => one.setAttribute('open', '')));
          expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(320);
        },
        { viewport: { width: 320, height: 700 } },
      ));
  });

  it.runIf(process.env.UPDATE_SCREENSHOTS === '1')('is pictured in the documents', async () => {
    mkdirSync(IMAGES, { recursive: true });
    const pictures = [
      ['allow', addressOf(QUESTIONS['a chain that holds'])],
      ['deny', addressOf(QUESTIONS['a chain that does not'])],
      ['rules', '/console/policy/rules'],
    ] as const;
    for (const [name, path] of pictures) {
      for (const { width } of [DESKTOP, PHONE]) {
        await onPage(
          async (page) => {
            await page.goto(dev.url + path.replace('#answer', width === PHONE.width ? '#answer' : ''));
            await page.screenshot({ path: join(IMAGES, `console-${name}-${width}.png`) });
          },
          { viewport: { width, height: width === PHONE.width ? 844 : 1100 } },
        );
      }
    }
  });
});

/** Presses Tab until it is there; wherever one is on the way, one sees it. */
async function tabTo(page: Page, selector: string): Promise<void> {
  for (let presses = 0; presses < 120; presses++) {
    await page.keyboard.press('Tab');
    const { there, outline, onScreen } = await focusOf(page, selector);
    expect([outline === 'none', onScreen]).toEqual([false, true]);
    if (there) return;
  }
  throw new Error(`Tab does not lead to ${selector}`);
}

async function choose(page: Page, selector: string, letters: string): Promise<void> {
  await tabTo(page, selector);
  await page.keyboard.type(letters);
}

/** Sends what a shell makes of a line, without the program that the line calls. */
async function asInShell(line: string): Promise<Record<string, unknown>> {
  const curl = `curl() { printf '%s\\0' "$@"; }`;
  const npx = `npx() { printf '%s\\0%s\\0%s\\0%s' x "$4/v1/explain" x 'content-type: application/json'; printf '\\0x\\0'; cat; }`;
  const words = execFileSync('sh', ['-c', `${curl}\n${npx}\n${line}`], { encoding: 'utf8' }).split('\0');
  const [, url = '', , type = '', , body = ''] = words;
  const headers = { 'content-type': type.replace('content-type: ', '') };
  const response = await fetch(url, { method: 'POST', headers, body });
  expect(response.status).toBe(200);
  return Object(await response.json());
}
