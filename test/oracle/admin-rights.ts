import type { ActName } from '../../src/domain/administration.ts';

/**
 * Who may do what, written down a second time from the requirements: the table of the policy (policies/data.json) is
 * held against this by the property tests.
 */
const GRANTOR = 'self legal_representative manager';

const RIGHTS: Record<ActName, string> = {
  'mandate.view': `${GRANTOR} proxy delegate passer service_owner court registrar`,
  'mandate.grant': `${GRANTOR} service_owner court registrar`,
  'mandate.request': 'delegate',
  'mandate.approve': GRANTOR,
  'mandate.reject': `${GRANTOR} proxy delegate`,
  'mandate.withdraw': `${GRANTOR} proxy delegate`,
  'mandate.offer': GRANTOR,
  'mandate.activate': 'delegate',
  'mandate.consent': 'legal_representative manager',
  'mandate.change': `${GRANTOR} service_owner court registrar`,
  'mandate.renew': `${GRANTOR} service_owner court registrar`,
  'mandate.suspend': `${GRANTOR} proxy passer service_owner court registrar`,
  'mandate.reactivate': `${GRANTOR} service_owner court registrar`,
  'mandate.revoke': `${GRANTOR} proxy passer service_owner court registrar`,
  'mandate.renounce': 'delegate',
  'mandate.transfer': GRANTOR,
  'mandate.pass_on': 'passer',
  'mandate.confirm_set': GRANTOR,
  'mandate.reconfirm': GRANTOR,
  'manager.appoint': GRANTOR,
  'manager.change': GRANTOR,
  'manager.dismiss': `${GRANTOR} proxy delegate court`,
  'party.view': `${GRANTOR} proxy court registrar`,
  'party.register': 'registrar',
  'party.enrol': 'stranger',
  'employee.enrol': 'legal_representative manager',
  'party.change': 'registrar',
  'party.identify': 'registrar',
  'party.intervene': 'service_owner court registrar',
  'means.view': `${GRANTOR} registrar`,
  'means.register': 'registrar',
  'means.activate': 'legal_representative manager registrar',
  'means.deactivate': `${GRANTOR} registrar`,
  'paper.register': 'registrar',
  'paper.settle': 'registrar',
  'catalogue.view': 'person service_owner court registrar',
  'owner.register': 'registrar',
  'service.define': 'service_owner registrar',
  'service.change': 'service_owner registrar',
  'instance.define': 'service_owner registrar',
  'instance.change': 'service_owner registrar',
  'set.compose': 'service_owner registrar',
  'set.change': 'service_owner registrar',
  'set.consent': 'service_owner',
  'catalogue.import': 'service_owner registrar',
  'events.read': 'service_owner registrar',
  'audit.read': 'registrar',
};

/** Brings authority about, or back: what is registered must be acceptable. */
const MAKES = 'grant request approve offer activate consent change renew reactivate transfer pass_on confirm_set'.split(
  ' ',
);
/** Ends authority, or stops it: the levels of R102. */
const ENDS = 'reject withdraw suspend revoke renounce dismiss'.split(' ');
const NEEDS_BOTH = 'change renew transfer confirm_set'.split(' ');
const NEEDS_NEW = 'grant request offer pass_on appoint'.split(' ');

const verb = (act: ActName) => act.split('.')[1] ?? '';
const aboutMandate = (act: ActName) => act.startsWith('mandate.') || act.startsWith('manager.');

export const isOpenTo = (act: ActName, role: string) => (RIGHTS[act] ?? '').split(' ').includes(role);

/** Whether these make, end or only look at authority. */
export const makes = (act: ActName) =>
  aboutMandate(act) && (MAKES.includes(verb(act)) || ['appoint', 'change'].includes(verb(act)));
export const ends = (act: ActName) => aboutMandate(act) && ENDS.includes(verb(act));
export const looks = (act: ActName) => verb(act) === 'view';

/** Commits the represented: asked by somebody who asks for himself only, it does not. */
export const binds = (act: ActName) => makes(act) && !['request', 'activate'].includes(verb(act));
export const signs = binds;
export const waits = (act: ActName) =>
  ['mandate.grant', 'mandate.approve', 'mandate.offer', 'mandate.consent', 'mandate.renew', 'manager.appoint'].includes(
    act,
  );
/** One of several may do it alone: who takes away, or looks. */
export const mayAlone = (act: ActName) =>
  (ends(act) && verb(act) !== 'renounce') ||
  (looks(act) && act !== 'catalogue.view') ||
  act === 'means.deactivate' ||
  act === 'employee.enrol';
export const endsManagers = (act: ActName) => ['suspend', 'revoke', 'renounce', 'dismiss'].includes(verb(act));
/** Who may grant, or end, what kind is looked at. */
export const ofKind = (act: ActName): 'grant' | 'end' | null => {
  if (!aboutMandate(act) || looks(act) || ['mandate.reject', 'mandate.withdraw'].includes(act)) return null;
  return ends(act) ? 'end' : 'grant';
};
export const levelOf = (act: ActName): 'mandate' | 'ending' | 'lowest' => {
  if (ends(act)) return 'ending';
  return makes(act) || act === 'mandate.reconfirm' ? 'mandate' : 'lowest';
};

/** What the act must be about. */
export function needs(act: ActName): ('current' | 'mandate' | 'parent' | 'party' | 'identified_at' | 'intervention')[] {
  if (act === 'employee.enrol') return ['party', 'identified_at'];
  if (act === 'mandate.pass_on') return ['mandate', 'parent'];
  if (aboutMandate(act) && !looks(act)) {
    if (NEEDS_BOTH.includes(verb(act))) return ['current', 'mandate'];
    return NEEDS_NEW.includes(verb(act)) ? ['mandate'] : ['current'];
  }
  if (act === 'party.intervene') return ['party', 'intervention'];
  const aboutParty: ActName[] = ['party.view', 'means.activate', 'means.deactivate'];
  return aboutParty.includes(act) ? ['party'] : [];
}

const LAW_OF_COURTS = ['parental_authority', 'curatele', 'bewind', 'mentorschap', 'bankruptcy_curator', 'liquidator'];

/** Whether such a mandate is for this role to grant, or to end. */
export function keeps(
  role: string,
  way: 'grant' | 'end',
  { kind, ground }: { kind: string; ground?: string },
): boolean {
  if (kind === 'statutory')
    return role === 'registrar' || (role === 'court' && ground !== undefined && LAW_OF_COURTS.includes(ground));
  if (kind === 'appointed') {
    const common = ['service_owner', 'registrar', 'passer'];
    return [...common, ...(way === 'end' ? ['court', 'delegate'] : [])].includes(role);
  }
  if (role === 'self') return kind === 'voluntary';
  const common = ['legal_representative', 'manager', 'delegate', 'passer'];
  return [...common, ...(way === 'end' ? ['proxy', 'court'] : [])].includes(role);
}

export const isCourtGround = (ground: string | undefined) => ground !== undefined && LAW_OF_COURTS.includes(ground);
