import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readBundle } from '../../src/policy/bundle.ts';
import { eventually } from '../support/eventually.ts';
import { type Block, type Clone, makeClone, readGuide, shows } from '../support/guide.ts';

/** Each guide is worked through from top to bottom, as a reader would, in a clone of his own. */
const PAGES = ['docs/policy-authors.md', 'docs/policy-authors/cost.md', 'docs/policy-authors/another-policy.md'];
const guides = await Promise.all(PAGES.map(async (page) => ({ page, blocks: await readGuide(page) })));

/** What is done with a block; each of a page has one. */
const DOES: Record<string, (block: Block, clone: Clone, answer: Block | undefined) => Promise<void>> = {
  async in({ path, text }) {
    expect(await readFile(path, 'utf8')).toContain(text);
  },
  file: ({ path, text }, clone) => clone.write(path, text),
  edit: ({ text }, clone) => clone.apply(text),
  start: ({ text }, clone) => clone.start(text),
  async run({ text }, clone, answer) {
    const { code, output } = await clone.run(text);
    expect({ code, output: likeAnswer(output, answer) }).toEqual({ code: 0, output: answer?.text ?? output });
  },
  async fails({ text }, clone, answer) {
    const { code, output } = await clone.run(text);
    expect({ code, output: likeAnswer(output, answer) }).toEqual({ code: 1, output: answer?.text });
  },
  async until({ text }, clone, answer) {
    let output = '';
    const isSaid = async () => {
      ({ output } = await clone.run(text));
      return likeAnswer(output, answer) === answer?.text;
    };
    await eventually('it is as the page says', isSaid, 30_000).catch(() => expect(output).toBe(answer?.text));
  },
};

/** The answer's own text when the output is like it. */
function likeAnswer(output: string, answer: Block | undefined): string {
  if (answer === undefined) return output;
  if (answer.language !== 'json') return shows(answer.text, output) ? answer.text : output;
  try {
    expect(JSON.parse(output)).toMatchObject(JSON.parse(answer.text));
    return answer.text;
  } catch {
    return output;
  }
}

describe.each(guides)('$page', { timeout: 300_000 }, ({ blocks }) => {
  let clone: Clone;
  beforeAll(async () => {
    clone = await makeClone();
  });
  afterAll(() => clone?.remove());

  const doing = blocks.flatMap((block, index) => {
    const next = blocks[index + 1];
    return block.mark === 'answer' ? [] : [{ ...block, answer: next?.mark === 'answer' ? next : undefined }];
  });

  // What follows rests on what went before.
  let broken = false;
  it.each(doing)('$title', async ({ answer, ...block }) => {
    if (broken) throw new Error('something above failed');
    broken = true;
    const does = DOES[block.mark];
    if (does === undefined) throw new Error('nobody tries this block');
    await does(block, clone, answer);
    broken = false;
  });
});

describe('the table of packages', () => {
  it('has every package of rules that decide', async () => {
    const page = await readFile('docs/policy-authors/where-rules-lie.md', 'utf8');
    const { rules } = await readBundle('bundles/mandates.tar.gz');
    const packages = new Set(Object.keys(rules).map((rule) => rule.split('.').slice(0, -1).join('.')));
    const missing = [...packages].filter((name) => !/^services\./.test(name) && !page.includes(`\`${name}\``));
    expect(missing).toEqual([]);
  });
});
