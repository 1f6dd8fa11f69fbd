import type { MandateFacts } from '../../domain/facts.ts';
import type { PathMandate } from '../../policy/input.ts';
import type { Gathered } from '../gather.ts';
import type { Asked } from './asked.ts';

/**
 * What the mandates found for a candidate name, where the question names none: the branches of a party, the operations
 * of a service; these the policy may name as well. With one of them in the question, what was denied without it may be
 * allowed.
 */
export function partsOf(
  asked: Asked,
  { services, portal }: Gathered,
  operationsNamed: (serviceId: string) => readonly string[],
): string[] {
  const named = new Set<string>();
  if (asked.search === 'action') {
    for (const { service_id } of [...(portal ? [portal] : []), ...services.map(({ service }) => service)]) {
      add(named, operationsNamed(service_id));
    }
  }
  for (const { direct, chains } of services) {
    const firsts = [...direct, ...chains.flatMap(({ first }) => first)];
    // Branches are the represented's: second links name none. Operations bind every link.
    const mandates = asked.search === 'action' ? [...firsts, ...chains.flatMap(({ second }) => second)] : firsts;
    for (const mandate of mandates.flatMap(withParent)) add(named, listOf(asked, mandate));
  }
  return [...named].sort();
}

function listOf(asked: Asked, { branches, operations }: MandateFacts): 'all' | readonly string[] {
  if (asked.search === 'action') return operations;
  return asked.search === 'resource' && asked.question.branch === undefined ? branches : [];
}

function add(named: Set<string>, list: 'all' | readonly string[]): void {
  if (list === 'all') return;
  for (const name of list) named.add(name);
}

function withParent(mandate: PathMandate): MandateFacts[] {
  return mandate.parent?.mandate ? [mandate.parent.mandate, mandate] : [mandate];
}
