import { afterAll, beforeAll, expect, it } from 'vitest';
import { readExplanationFacts } from '../../src/administer/insight/explanation-facts.ts';
import { READERS } from '../../src/administer/insight/explanation-names.ts';
import { type Explanation, explainMandate } from '../../src/administer/insight/explanation-text.ts';
import { type AdminWorld, NOON, startAdminWorld } from '../support/admin.ts';

let world: AdminWorld;

beforeAll(async () => {
  world = await startAdminWorld();
});
afterAll(() => world.close());

function toText({ reader, title, paragraphs, services }: Explanation): string {
  const consequences = services.map(({ name, consequence }) => `- ${name}: ${consequence}`);
  return [`### ${reader}: ${title}`, '', ...paragraphs, '', ...consequences, ''].join('\n');
}

async function explainAll(now: Date): Promise<string> {
  const { rows } = await world.pool.query<{ mandate_id: string; name: string }>(
    'select mandate_id, name from mandates order by mandate_id',
  );
  const texts = await Promise.all(
    rows.map(async ({ mandate_id, name }) => {
      const facts = await world.administer.read(world.as('willem'), async (acting) => {
        await acting.authorise({ name: 'mandate.view', party: world.party('willem') });
        return readExplanationFacts(acting, mandate_id);
      });
      if (facts === undefined) throw new Error(`${mandate_id} is gone`);
      // What the file says is suspended or revoked became so when it was imported.
      const dated = { ...facts, status_since: '2026-05-01T10:00:00.000Z' };
      return `## ${name}\n\n${READERS.map((reader) => toText(explainMandate(dated, reader, now))).join('\n')}`;
    }),
  );
  return texts.join('\n');
}

it('says in plain Dutch what every mandate of the example register means, to both its ends', async () => {
  await expect(await explainAll(new Date(NOON))).toMatchFileSnapshot('../fixtures/explanations/nl.md');
});
