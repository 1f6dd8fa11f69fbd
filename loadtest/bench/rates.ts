import type { Measurement } from './measurement.ts';
import type { Plan } from './plan.ts';
import type { Rate } from './saturate.ts';
import type { Target } from './targets.ts';

/** The rates that count for everybody: half and 85 % of what the server takes at most. */
const SHARES = [0.5, 0.85];
/** For the curve of latency against load. */
const CURVE = [0.1, 0.25, 0.5, 0.7, 0.85, 0.95];
const CONNECTIONS = 64;

export interface Yardstick {
  opa: RegExp;
  rules: string;
}

/** OPA's server over the same mandates: with the very rules of the sidecar, and with the shared ones written for it (kindest to it). */
export const YARDSTICKS: readonly Yardstick[] = [
  { opa: /^OPA, our rules, data held/, rules: 'our rules' },
  { opa: /^OPA, shared rules, data held/, rules: 'forty lines of rules written for it' },
];

export const atHalfOf = (server: string) => `where ${server} is half loaded`;
export const atShare = (share: number) => `${Math.round(share * 100)} %`;

/** Which server is held at which rates. */
export function ratesOf(targets: readonly Target[], summary: readonly Measurement[], plan: Plan): Rate[] {
  const maximumOf = ({ name }: Target) =>
    summary.find(
      (row) =>
        row.server === name && row.transport === 'tcp' && row.connections === CONNECTIONS && row.asked === 'half',
    )?.perSecond ?? 0;
  const rateOf = (target: Target, rate: number, why: string): Rate => {
    return { target, connections: CONNECTIONS, why, rate, maximum: maximumOf(target) };
  };
  const able = targets.filter((target) => maximumOf(target) > 0);
  const shares = able.flatMap((target) => {
    const all = isOnCurve(target) ? (plan.quick ? SHARES : CURVE) : plan.quick ? [0.85] : SHARES;
    return all.map((share) => rateOf(target, share * maximumOf(target), atShare(share)));
  });
  return [...shares, ...besideOpa(able, maximumOf, rateOf)];
}

const isYardstick = (name: string) => YARDSTICKS.some(({ opa }) => opa.test(name));
const isOnCurve = ({ name }: Target) => name === 'bare' || name.startsWith('sidecar') || isYardstick(name);

type MaximumOf = (target: Target) => number;
type RateOf = (target: Target, rate: number, why: string) => Rate;

/** The sidecar at the rate where OPA's server, over as many mandates, is half loaded. */
function besideOpa(targets: readonly Target[], maximumOf: MaximumOf, rateOf: RateOf): Rate[] {
  return targets
    .filter(({ name }) => isYardstick(name))
    .flatMap((opa) => {
      const rate = 0.5 * maximumOf(opa);
      const ours = targets.filter(({ name, mandates }) => name.endsWith('shared rules') && mandates === opa.mandates);
      return [opa, ...ours].map((target) => rateOf(target, rate, atHalfOf(opa.name)));
    });
}
