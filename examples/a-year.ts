/**
 * A year of mandates, as the people of the example register live it: through the admin API, with their own logins, and
 * with a question to the sidecar before and after each step. Start `npm run dev` first, then: `npx tsx examples/a-year.ts`
 */
import { devWorld } from './a-year/dev-world.ts';
import { makeStory } from './a-year/story.ts';
import { CHAPTERS, requireFresh } from './a-year/year.ts';

const print = (line: string) => process.stdout.write(`${line}\n`);

try {
  const story = makeStory(devWorld(process.env), print);
  await requireFresh(story);
  for (const [i, { title, play }] of CHAPTERS.entries()) {
    print(`\n${i + 1}. ${title}\n`);
    await play(story);
  }
  print('\nThat was the year. Every answer was as it should be.');
} catch (thrown) {
  process.stderr.write(`\nThe story stops here.\n${thrown instanceof Error ? thrown.message : String(thrown)}\n`);
  process.exitCode = 1;
}
