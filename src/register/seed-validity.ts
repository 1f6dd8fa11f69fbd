import type { MandateStatus } from '../domain/facts.ts';
import type { Random } from './seed-random.ts';

export interface SeedValidity {
  status: MandateStatus;
  /** Days, `YYYY-MM-DD`: midnight in Europe/Amsterdam. */
  validFrom: string;
  validUntil: string;
  inForce: boolean;
}

/** In force: 84 of a hundred; the others ended, to come, suspended, revoked or waiting. */
export function drawValidity(year: number, random: Random): SeedValidity {
  const chance = random();
  const day = `${String(1 + Math.floor(random() * 12)).padStart(2, '0')}-${String(1 + Math.floor(random() * 28)).padStart(2, '0')}`;
  const span = (from: number, until: number) => ({ validFrom: `${from}-${day}`, validUntil: `${until}-${day}` });
  if (chance < 0.05)
    return { status: 'active', ...span(year - 6, year - 1 - Math.floor(random() * 2)), inForce: false };
  if (chance < 0.08) return { status: 'active', ...span(year + 1, year + 4), inForce: false };
  const from = year - 1 - Math.floor(random() * 3);
  const current = span(from, from + 5);
  const statuses: MandateStatus[] = [
    'suspended',
    'suspended',
    'revoked',
    'revoked',
    'revoked',
    'revoked',
    'requested',
    'offered',
  ];
  const status = statuses[Math.floor((chance - 0.08) * 100)] ?? 'active';
  return { status, ...current, inForce: status === 'active' };
}
