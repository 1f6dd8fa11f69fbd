import { isDirect, type PeerMandate, type PeerQuestion, type PeerRegister, type PeerService } from './register.ts';

/** The shared rules once more, in the plainest way: what every engine must answer. */
export function shouldAllow(register: PeerRegister, question: PeerQuestion): boolean {
  const service = register.services.get(question.service);
  if (service === undefined || question.level < service.level) return false;
  const carries = (mandate: PeerMandate) => holds(mandate, question, service);
  if (register.between(question.represented, question.actor).some((mandate) => isDirect(mandate) && carries(mandate))) {
    return true;
  }
  if (!service.chains) return false;
  return register
    .through(question.represented, question.actor)
    .some(({ first, second }) => first.some(carries) && second.some(carries));
}

function holds(mandate: PeerMandate, { now, operation, branch }: PeerQuestion, service: PeerService): boolean {
  const covers = (list: 'all' | readonly string[], one: string | undefined) =>
    list === 'all' || (one !== undefined && list.includes(one));
  return (
    mandate.status === 'active' &&
    mandate.from <= now &&
    now < mandate.until &&
    mandate.level >= service.level &&
    covers(mandate.services, service.id) &&
    covers(mandate.operations, operation) &&
    (mandate.branches === 'all' || (service.branches && covers(mandate.branches, branch)))
  );
}
