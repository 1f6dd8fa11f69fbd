import { Agent } from 'node:http';
import { Pool } from 'pg';
import { isPartyRef } from '../../src/domain/identifier.ts';
import type { Rig } from '../../test/rig/rig.ts';
import { toDecisionBody } from '../../test/rig/world.ts';
import { ask, type Probe } from './probe.ts';

/** Questions that one mandate alone allows, and which the load leaves alone from then on. */
export async function findProbes(rig: Rig, count: number): Promise<Probe[]> {
  const [sidecar] = rig.sidecars;
  if (sidecar === undefined) throw new Error('there is no sidecar');
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const probes: Probe[] = [];
  const kept = { mandates: new Set<string>(), services: new Set<string>(), means: new Set<string>() };
  for (const question of rig.questions) {
    const body = JSON.stringify(toDecisionBody(question));
    const said = (await ask(sidecar.url, body, agent))?.body;
    const [mandate, ...others] = said?.mandates ?? [];
    if (!said?.allow || said.basis !== 'mandate' || mandate === undefined || others.length > 0) continue;
    if (kept.mandates.has(mandate) || isPartyRef(question.actor)) continue;
    kept.mandates.add(mandate);
    kept.services.add(question.service);
    kept.means.add(rig.keys.alias(question.actor));
    probes.push({ body, mandate });
    if (probes.length === count) break;
  }
  agent.destroy();
  await leaveAlone(rig, kept);
  return probes;
}

async function leaveAlone({ postgres, candidates }: Rig, kept: Record<'mandates' | 'services' | 'means', Set<string>>) {
  const pool = new Pool({ connectionString: postgres.url() });
  const { rows } = await pool.query<{ id: string }>(
    `select unnest(array[represented, delegate]) as id from mandates where mandate_id = any ($1)`,
    [[...kept.mandates]],
  );
  await pool.end();
  const parties = new Set(rows.map(({ id }) => id));
  keep(candidates.mandates, (id) => !kept.mandates.has(id));
  keep(candidates.plain, (id) => !kept.mandates.has(id));
  keep(candidates.parties, (id) => !parties.has(id));
  keep(candidates.branches, ({ party_id }) => !parties.has(party_id));
  keep(candidates.instances, (id) => !kept.services.has(id));
  keep(candidates.means, (alias) => !kept.means.has(alias.toString('hex')));
}

function keep<T>(list: T[], right: (one: T) => boolean): void {
  list.splice(0, list.length, ...list.filter(right));
  if (list.length === 0) throw new Error('the probes leave the load nothing to change');
}
