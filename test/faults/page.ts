import type { Scenario } from './scenario.ts';
import { type FaultTally, joinTallies } from './tally.ts';

export interface FaultResults {
  machine: Record<string, string | number>;
  seed: number;
  minutes: number;
  maxStalenessMs: number;
  tallies: readonly FaultTally[];
}

/** Results of some faults, in the place of what was known of them. */
export function addResults(known: FaultResults, fresh: FaultResults): FaultResults {
  const names = new Set(fresh.tallies.map(({ scenario }) => scenario));
  const commit = String(fresh.machine.commit);
  const isSame = commit === known.machine.commit;
  const added = fresh.tallies.map((tally) => (isSame ? tally : { ...tally, commit }));
  const kept = known.tallies.filter(({ scenario }) => !names.has(scenario));
  return { ...known, minutes: known.minutes + fresh.minutes, tallies: [...kept, ...added] };
}

/** Results of lanes that ran beside each other. */
export function joinResults(lanes: readonly FaultResults[]): FaultResults {
  const [first] = lanes;
  if (first === undefined) throw new Error('no lane left a result');
  const joined = new Map<string, FaultTally>();
  for (const tally of lanes.flatMap(({ tallies }) => tallies)) {
    const before = joined.get(tally.scenario);
    joined.set(tally.scenario, before === undefined ? tally : joinTallies(before, tally));
  }
  return { ...first, minutes: Math.max(...lanes.map(({ minutes }) => minutes)), tallies: [...joined.values()] };
}

/** docs/faults.md */
export function faultsPage(scenarios: readonly Scenario[], results: FaultResults): string {
  return `${intro(results)}\n${table(scenarios, results)}\n${TAIL}`;
}

const many = (count: number) => count.toLocaleString('en');
const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`;
const sum = (tallies: readonly FaultTally[], of: (tally: FaultTally) => number) =>
  many(tallies.reduce((all, tally) => all + of(tally), 0));

function intro({ tallies, machine, seed, minutes, maxStalenessMs }: FaultResults): string {
  const bad = tallies.filter(({ violations }) => violations.length > 0);
  return `# What happens when things fail

Written by \`npm run faults\`, which does everything that stands here to real processes: sidecars, \`sync\`, PostgreSQL, Redis with its replica, each
behind TCP links that can be cut; for some faults a Redis Cluster, or sidecars of several processes. All the while every sidecar is asked without a pause and the register is changed about a hundred
times a second. **The promise under test**: every answer is one that the rules give on a committed state of the register that is no older
than the answer says and no older than the bound; otherwise there is no answer, but an error, never an allow. Every answer is replayed against the history
of commits by an oracle of its own ([how](decisions/0029-how-answers-are-proved.md)).

The last run: ${sum(tallies, ({ runs }) => runs)} runs in ${Math.round(minutes)} minutes, ${sum(tallies, ({ strikes }) => strikes)} faults, ${sum(tallies, ({ answers }) => answers)} answers checked (${sum(tallies, ({ allows }) => allows)} allows), ${sum(tallies, ({ commits }) => commits)} commits,
${bad.length === 0 ? '**no answer that breaks the promise**' : `**broken by: ${bad.map(({ scenario }) => scenario).join(', ')}**`}. Bound of staleness ${maxStalenessMs} ms; first seed ${seed}; commit ${machine.commit}${alsoAt(tallies)}, ${machine.cpu}, ${machine.cores} cores.

\`\`\`
npm run faults                                  # each once; part of npm test as well, without those that take long
npm run faults -- --runs 50 --seed 7            # fifty times, with the seeds 7, 8, …
npm run faults -- --minutes 60 --lanes 3        # as often as an hour allows, three at a time, each with processes and seeds of its own
npm run faults -- --only 'Redis|clock'          # those whose names match
npm run faults -- --only cluster --add          # the same, in the place of what was known of them
npm run faults -- --partitions 3                # on a projection of three partitions
\`\`\`

What is left to chance in a run follows from its seed; how processes interleave does not. The evidence of each line is in
[loadtest/results/faults.json](../loadtest/results/faults.json); the scenarios are in \`test/faults\`.
`;
}

function alsoAt(tallies: readonly FaultTally[]): string {
  const others = new Set(tallies.flatMap(({ commit }) => commit ?? []));
  return others.size === 0 ? '' : ` (of some lines ${[...others].join(', ')})`;
}

function table(scenarios: readonly Scenario[], { tallies }: FaultResults): string {
  const lines = scenarios.map((scenario) => {
    const tally = tallies.find((one) => one.scenario === scenario.name);
    return `| **${scenario.name}** ${scenario.does} | ${scenario.sees} | ${tally ? evidence(tally) : 'not run'} |`;
  });
  return ['| fault | what happens | how long | answers checked | wrong |', '|---|---|---|---|---|', ...lines].join(
    '\n',
  );
}

function evidence(tally: FaultTally): string {
  const { runs, strikes, answers, longestGapMs, longestRecoveryMs, violations, refusals } = tally;
  const codes = Object.entries(refusals)
    .sort(([, a], [, b]) => b - a)
    .slice(0, 3)
    .map(([code, count]) => `${many(count)} \`${code}\``);
  const silent = `${seconds(longestGapMs)} without an answer at most; fresh again after ${seconds(longestRecoveryMs)} at most`;
  const checked = `${many(answers)} in ${many(runs)} runs, ${many(strikes)} faults${codes.length > 0 ? `; refused: ${codes.join(', ')}` : ''}`;
  return `${silent} | ${checked} | ${violations.length}`;
}

const TAIL = `
*Without an answer* is the longest time in which one sidecar gave none, the fault itself included: a sidecar that was stopped for a minute is silent for a minute.
*Fresh again* counts from when everything was well again; where a process had to be started, it holds that start.

## What is not here

- **The disk of PostgreSQL full, or its memory**: seen by \`sync\` as a PostgreSQL that takes no writes or no connections.
- **Clocks of Redis and PostgreSQL**: those of a sidecar are moved here; a projection whose clock is set is the subject of \`test/unit/freshness.test.ts\`.
- **Records that vanish from Redis, one by one, without a restart or a failover**: nobody deletes them, but if somebody does, a sidecar that looks one up finds nothing, and says
  what the rules say without it, until \`sync\` has compared that part of the projection with the register and repaired it
  ([31](decisions/0031-reconcile.md)). \`test/faults/lost-records.test.ts\` takes every key away once: what is missing never makes an allow that the register does not give.
- **Faults of the network between sidecar and application**: an answer that does not arrive is none.
- **Two PostgreSQL primaries that accept writes at once**: see [5](decisions/0005-freshness.md), *What it does not cover*.
`;
