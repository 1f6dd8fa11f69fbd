import { type Attempt, NOWHERE } from './attempt.ts';
import type { Heard } from './exchange.ts';
import { type Expected, expected } from './expect.ts';
import { LOGINS, type Login, NO_LEVEL, ROLES, type Role } from './roles.ts';
import type { MatrixWorld } from './world.ts';

export interface Report {
  cells: number;
  /** Cells in which it was done. */
  done: number;
  disagreements: string[];
}

const REFUSALS = [401, 403, 404];
/** Wrong codes stay counted (R68). */
const COUNTS = ['activateMandateOffer'];

/** Everybody attempts each of these, with each login; what came of it is compared with the table, and taken back. */
export async function runMatrix(world: MatrixWorld, attempts: readonly Attempt[], roles = ROLES): Promise<Report> {
  const report: Report = { cells: 0, done: 0, disagreements: [] };
  // Those about one party wait for each other's locks: they go in one queue.
  const groups = new Map<string, Attempt[]>();
  for (const attempt of attempts) {
    const party = attempt.facts.represented ?? '';
    groups.set(party, [...(groups.get(party) ?? []), attempt]);
  }
  const queues = [...groups.values()].sort((a, b) => b.length - a.length);
  const work = async () => {
    for (let queue = queues.shift(); queue; queue = queues.shift()) {
      for (const attempt of queue) {
        for (const role of roles) {
          if (attempt.everybody || isNear(attempt, role)) await attemptAs(world, attempt, role, report);
        }
      }
    }
  };
  await Promise.all([work(), work()]);
  report.disagreements.sort();
  return report;
}

function isNear({ facts: { represented, delegate }, few }: Attempt, role: Role): boolean {
  if (role.system !== undefined || role.nobody) return true;
  // Who was, or seems, a manager tries the main mandates of that organisation.
  const near = few && represented === 'molen' ? [] : (role.near ?? []);
  const parties = [...role.ties.map(({ party }) => party), ...near];
  return parties.some((one) => one === represented || one === delegate);
}

const FEW = ['no level', 'eh2', 'eh3', 'eh4, signed'];

/** Whom it can concern tries every login; others the strongest, and one that people have. */
function loginsOf(attempt: Attempt, role: Role): readonly Login[] {
  if (role.system || role.nobody) return [NO_LEVEL];
  const concerned = LOGINS.some((login) => expected(attempt, role, login).allowed);
  if (!concerned) return LOGINS.filter(({ words }) => words === 'eh4, signed');
  return attempt.few ? LOGINS.filter(({ words }) => FEW.includes(words)) : LOGINS;
}

async function attemptAs(world: MatrixWorld, attempt: Attempt, role: Role, report: Report): Promise<void> {
  for (const login of loginsOf(attempt, role)) {
    const heard = await world.ask(role, login, attempt.send(world));
    report.cells += 1;
    const want = expected(attempt, role, login);
    const isDone = heard.status < 300 && (attempt.done?.(heard, world) ?? true);
    if (isDone) report.done += 1;
    const fault =
      faultOf(attempt, want, isDone, heard) ?? (isDone ? undefined : await tellsOf(world, attempt, role, login, heard));
    if (fault !== undefined) {
      report.disagreements.push(
        `${fault}: ${attempt.name} as ${role.key} (${login.words}) → ${heard.status} ${gist(heard)}`,
      );
    }
  }
}

/** Where it is not the rules that stand in the way. */
const mayConflict = ({ facts }: Attempt) => facts.but !== undefined || facts.unknownOnly === true;

function faultOf(attempt: Attempt, { allowed, waits }: Expected, isDone: boolean, heard: Heard): string | undefined {
  if (isDone && !allowed) return 'WRONG ALLOW';
  if (!isDone && heard.commits > 0 && !COUNTS.includes(attempt.operation)) return 'REFUSED, and yet it wrote';
  if (!isDone && allowed) return 'wrong refusal';
  if (isDone && waits && attempt.operation !== 'checkAct' && !/"status":"offered"|"waits":true/.test(heard.text))
    return 'WRONG ALLOW, it does not wait';
  if (!isDone && heard.status >= 300 && !REFUSALS.includes(heard.status) && !mayConflict(attempt))
    return 'refused as something else';
  return undefined;
}

/** To whoever may not see the mandate it looks like one that does not exist. */
async function tellsOf(world: MatrixWorld, attempt: Attempt, role: Role, login: Login, heard: Heard) {
  const id = attempt.hides?.(world);
  // Who could see it with a stronger login is told that his is too weak.
  const sees = [...LOGINS, login].some(
    (one) => expected({ line: 'see a mandate', facts: attempt.sight ?? attempt.facts }, role, one).allowed,
  );
  if (id === undefined || role.nobody || sees) return undefined;
  if (isUnverifiedAlone(attempt, role, login)) {
    const told = gist(heard).trim();
    return told === 'act_refused court_request_unverified'
      ? undefined
      : `A COURT IS NOT TOLD what is missing (${told})`;
  }
  const sent = attempt.send(world);
  const asked = JSON.stringify(sent).replaceAll(id, NOWHERE);
  const key = `${role.key} ${login.words} ${asked}`;
  const other = world.heardOfNone.get(key) ?? (await world.ask(role, login, JSON.parse(asked)));
  world.heardOfNone.set(key, other);
  const same = other.status === heard.status && plain(other.text) === plain(heard.text);
  return same ? undefined : `TELLS that it exists (${other.status} ${gist(other)} for none)`;
}

/** A court may do it as soon as it says how its request was verified, and is told that, and nothing else (R104). */
function isUnverifiedAlone({ line, facts }: Attempt, role: Role, login: Login): boolean {
  const { unverified, ...verified } = facts;
  if (unverified !== true || role.system?.role !== 'court') return false;
  // A court's request needs no deviation, whether or not one is given.
  const asked = line === 'suspend with a deviation' ? 'suspend' : line;
  return expected({ line: asked, facts: verified }, role, login).allowed;
}

/** Without what differs from request to request. */
const plain = (text: string) => text.replace(/"(request_id|instance)":"[^"]*"/g, '');

function gist({ text }: Heard): string {
  const { code, reasons, detail, errors } = safely(text);
  return [code, reasons, code === 'act_refused' ? '' : detail, errors && JSON.stringify(errors)]
    .filter(Boolean)
    .join(' ')
    .slice(0, 220);
}

// biome-ignore lint/suspicious/noExplicitAny: only shown to whoever reads the failure.
function safely(text: string): any {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}
