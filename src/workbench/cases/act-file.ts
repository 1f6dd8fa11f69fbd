import { z } from 'zod';
import { ACTS, INTERVENTIONS, SYSTEM_ROLES } from '../../domain/administration.ts';
import { LOAS } from '../../domain/facts.ts';

/** A case about managing as it is written; docs/conformance.md tells how. */
const login = z.strictObject({ party: z.string(), loa: z.string().optional(), means: z.boolean().optional() });

const about = z.strictObject({
  owners: z.array(z.string()).optional(),
  code_verified: z.boolean().optional(),
  deviation: z.string().optional(),
  signed: z.boolean().optional(),
  verified_by: z.array(z.string()).optional(),
  managers_left: z.int().optional(),
  means_owner: z.string().optional(),
  intervention: z.enum(INTERVENTIONS).optional(),
  paper: z.strictObject({ signed_by: z.string(), loa: z.enum(LOAS), evidence: z.array(z.string()) }).optional(),
});

const expectation = z.strictObject({
  allow: z.boolean(),
  reasons: z.array(z.string()).optional(),
  capacity: z.string().optional(),
  authority: z.array(z.string()).optional(),
  holders_required: z.int().nullable().optional(),
});

export const actFile = z.array(
  z.strictObject({
    title: z.string().min(10),
    requirements: z.array(z.string().regex(/^R\d+$/)).min(1),
    at: z.string().default('2026-11-21T12:00:00+01:00'),
    /** As in the cases for decisions. */
    register: z.unknown().optional(),
    by: z.union([login, z.strictObject({ system: z.enum(SYSTEM_ROLES), oin: z.string().optional() })]),
    act: z.enum(ACTS),
    /** Names of mandates: as it stands; the one from which the wished one derives. */
    current: z.string().optional(),
    parent: z.string().optional(),
    /** The mandate as it would stand; of `current` what is not said. */
    wish: z.record(z.string(), z.unknown()).optional(),
    party: z.string().optional(),
    together: z.array(login).default([]),
    channel: z.enum(['digital', 'paper']).default('digital'),
    suspended_by: z.string().optional(),
    about: about.prefault({}),
    expect: expectation,
  }),
);

export type ActText = z.output<typeof actFile>[number];
export type LoginText = z.output<typeof login>;
