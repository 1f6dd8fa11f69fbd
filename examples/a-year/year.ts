import { bankruptcies } from './chapters-bankruptcies.ts';
import { colleagues } from './chapters-colleagues.ts';
import { endings } from './chapters-endings.ts';
import { organisations } from './chapters-organisations.ts';
import { people } from './chapters-people.ts';
import { together } from './chapters-together.ts';
import { troubles } from './chapters-troubles.ts';
import { upkeep } from './chapters-upkeep.ts';
import { type Chapter, list, type Story } from './story.ts';

/** In the order of the year. */
export const CHAPTERS: readonly Chapter[] = [
  ...organisations,
  ...people.slice(0, 1),
  ...together,
  ...troubles,
  ...upkeep,
  ...colleagues,
  ...bankruptcies,
  ...people.slice(1),
  ...endings,
];

/** @throws Error when a year was played here before: what was revoked then does not come back */
export async function requireFresh(story: Story): Promise<void> {
  const body = { party: 'urn:nl:kvk:90000001' };
  const managers = await story.act({ by: 'willem', to: 'POST /managers/_search', body });
  if (list(managers, 'items').length > 1) {
    throw new Error('A year was played on this register already. Stop machtig dev, start it anew, and run this again.');
  }
}
