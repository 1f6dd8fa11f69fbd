import { accessSync, constants, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, join } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome'];
const FLAGS =
  '--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync';

/** A browser of this machine; undefined, and said loudly, where there is none. */
export function findBrowser(): string | undefined {
  const places = (process.env.PATH ?? '').split(delimiter);
  const found = NAMES.flatMap((name) => places.map((place) => join(place, name))).find(isExecutable);
  if (found === undefined) {
    process.stderr.write(
      '\n  NO chromium: the pages are left UNTESTED in a browser (scripts/provide-chromium.sh).\n\n',
    );
  }
  return found;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

export const startBrowser = (executablePath: string): Promise<Browser> =>
  chromium.launch({ executablePath, args: FLAGS.split(' '), env: { ...process.env, LANGUAGE: 'en_GB' } });

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

interface Finding {
  id: string;
  nodes: { html: string; failureSummary?: string }[];
}

/** What axe-core has to say against a page: each rule with the elements that break it. */
export async function axeFindings(page: Page): Promise<string[]> {
  await page.evaluate(axeSource);
  const violations = await page.evaluate<Finding[]>('axe.run().then(({ violations }) => violations)');
  return violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.html} ${node.failureSummary ?? ''}`));
}

/** Of what has the focus: whether it is the wanted one, how it is outlined, whether it is seen. */
export function focusOf(page: Page, selector: string): Promise<{ there: boolean; outline: string; onScreen: boolean }> {
  return page.evaluate(`(() => {
    const focused = document.activeElement;
    const { top, bottom, width } = focused.getBoundingClientRect();
    return {
      there: focused.matches(${JSON.stringify(selector)}),
      outline: getComputedStyle(focused).outlineStyle,
      onScreen: width > 0 && bottom > 0 && top < innerHeight,
    };
  })()`);
}
