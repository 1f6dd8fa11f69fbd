/** What can be done to the register through the admin API. The rules (policies/admin) say who may; these are the names. */
export const ACTS = [
  'mandate.view',
  'mandate.grant',
  'mandate.request',
  'mandate.approve',
  'mandate.reject',
  'mandate.withdraw',
  'mandate.offer',
  'mandate.activate',
  'mandate.consent',
  'mandate.change',
  'mandate.renew',
  'mandate.suspend',
  'mandate.reactivate',
  'mandate.revoke',
  'mandate.renounce',
  'mandate.transfer',
  'mandate.pass_on',
  'mandate.confirm_set',
  'mandate.reconfirm',
  'manager.appoint',
  'manager.change',
  'manager.dismiss',
  'party.view',
  'party.register',
  'party.enrol',
  'employee.enrol',
  'party.change',
  'party.identify',
  'party.intervene',
  'means.view',
  'means.register',
  'means.activate',
  'means.deactivate',
  'paper.register',
  'paper.settle',
  'catalogue.view',
  'owner.register',
  'service.define',
  'service.change',
  'instance.define',
  'instance.change',
  'set.compose',
  'set.change',
  'set.consent',
  'catalogue.import',
  'events.read',
  'audit.read',
] as const;
export type ActName = (typeof ACTS)[number];

/** What may become of a party; what ends by each: src/administer/interventions/effects.ts. */
export const INTERVENTIONS = [
  'bankruptcy',
  'wsnp',
  'dissolution',
  'deregistration',
  'death',
  'curatele',
  'bewind',
  'business_ended',
] as const;
export type InterventionKind = (typeof INTERVENTIONS)[number];

/** In which capacity somebody acts; of several that hold, the verdict names the first. */
export const CAPACITIES = [
  'self',
  'legal_representative',
  'manager',
  'proxy',
  'delegate',
  'service_owner',
  'court',
  'registrar',
] as const;
export type Capacity = (typeof CAPACITIES)[number];

/** What a system that calls on its own account is: an organisation that offers services, a court, the register's own desk. */
export const SYSTEM_ROLES = ['service_owner', 'court', 'registrar'] as const;
export type SystemRole = (typeof SYSTEM_ROLES)[number];

/** What the policy's `admin/decision` answers; its shape is checked each time. */
export interface AdminVerdict {
  allow: boolean;
  /** Stable codes, sorted; empty on allow. */
  reasons: string[];
  /** Null on a denial. */
  capacity: Capacity | null;
  /** Ids of the mandates by which the actor may do this. */
  authority: string[];
  /** The grantor's rules ask that so many act together (R51): until then what is granted waits. Null: nobody else. */
  holders_required: number | null;
}
