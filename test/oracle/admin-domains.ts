import { DOMAINS, type Ground, type ServiceFacts } from '../../src/domain/facts.ts';
import { type AdminQuestion, type AdminWorld, definitionsOf } from '../../src/workbench/cases/act-world.ts';
import { concerned } from './admin-world.ts';

/** Of all that the mandates under the act cover. */
export function domainsOf(world: AdminWorld, question: AdminQuestion): readonly ServiceFacts['domain'][] {
  const all = concerned(question).some(({ everything, owner }) => everything || owner !== undefined);
  return all ? DOMAINS : concerned(question).flatMap((row) => definitionsOf(world, row).map(({ domain }) => domain));
}

export const reaches = (ground: Ground | undefined, domain: ServiceFacts['domain']) =>
  ground === 'bewind' ? domain === 'assets' : ground === 'mentorschap' ? domain === 'personal_care' : true;
