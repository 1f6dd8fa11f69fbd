import { copyFile, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { type Asker, startAsking } from './asker.ts';
import { apply, CASE, type Edit, RIGHT, WIDE, WORDS } from './edits.ts';
import { borrow, type Place } from './place.ts';
import { type Ran, type Running, until } from './processes.ts';
import { SETTINGS, type Sidecar, startSidecar } from './sidecar.ts';
import { seconds, type Transcript } from './transcript.ts';

/** What the walk is held to. */
export interface Outcome {
  /** Under which revision how many questions were answered, in this order. */
  answered: { revision: string; allow: boolean[]; count: number }[];
  dropped: number;
}

/** From an empty folder to a rule of one's own that answers, and back. @throws when anything is seen that should not be */
export async function walk(place: Place, transcript: Transcript): Promise<Outcome> {
  const steps = makeSteps(place, transcript);
  await steps.clone();
  const { sidecar, before } = await steps.stage();
  const asker = startAsking(sidecar.url, await readFile(join(place.folder, 'question.json'), 'utf8'));
  try {
    await steps.change();
    const after = await steps.release(sidecar, asker, before);
    await steps.rollBack(sidecar, asker, before);
    return judge(asker, before, after);
  } finally {
    await asker.end();
  }
}

/** @throws when a question got no answer, or one that is not that of the rules it was answered by */
function judge(asker: Asker, before: string, after: string): Outcome {
  const answered = [...asker.answers()].map(([revision, { count, allow }]) => ({ revision, count, allow: [...allow] }));
  const outcome = { answered, dropped: asker.dropped() };
  const wanted = new Map([
    [before, false],
    [after, true],
  ]);
  const sound = answered.every(({ revision, allow }) => allow.length === 1 && allow[0] === wanted.get(revision));
  if (!sound || outcome.dropped > 0 || answered.length !== wanted.size) throw new Error(pretty(outcome));
  return outcome;
}

function makeSteps(place: Place, transcript: Transcript) {
  const { chapter, note } = transcript;
  const home = process.env.HOME ?? place.folder;
  const tidy = (text: string) =>
    text
      .replaceAll(place.clone, '.')
      .replaceAll(place.folder, '..')
      .replaceAll(home, '~')
      .replaceAll(/^npm warn .*\n/gm, '');

  function show(command: string, { code, seen, ms }: Ran, wanted: { code?: number; says: RegExp }): void {
    transcript.typed(command, tidy(seen), ms);
    if (code !== (wanted.code ?? 0) || !wanted.says.test(seen))
      throw new Error(`${command} ended with ${code}:\n${seen}`);
  }

  async function machtig(args: string, says: RegExp, code = 0): Promise<string> {
    const ran = await place.machtig(args);
    show(`machtig ${args.replace(/http:\S+/, 'http://127.0.0.1:8181')}`, ran, { code, says });
    return ran.seen;
  }

  /** Saves, and shows what the workbench says of it. */
  async function save(workbench: Running, edits: readonly Edit[], says: RegExp): Promise<void> {
    for (const edit of edits) transcript.wrote(edit);
    const from = workbench.told().length;
    const startedAt = Date.now();
    for (const edit of edits) await apply(place.clone, edit);
    const [report] = await workbench.says(VERDICT, from);
    transcript.screen(tidy(report));
    note(`Seen ${seconds(Date.now() - startedAt)} after the save.`);
    if (!says.test(report)) throw new Error(`the workbench should have said ${says}:\n${report}`);
  }

  return {
    async clone() {
      chapter('Clone', 'An empty folder, Node, Git, and Go for the two tools that check rules.');
      const cloned = await place.shell(`git clone --quiet --depth 1 ${place.options.from} machtig`, place.folder);
      transcript.typed('git clone https://…/machtig && cd machtig', '', cloned.ms);
      if (cloned.code !== 0) throw new Error(cloned.seen);
      if (await borrow(place)) {
        transcript.typed('npm ci', '(there already)');
        transcript.typed('npm run tools', '(there already)');
      } else {
        show('npm ci', await place.shell('npm ci --no-audit --no-fund'), { says: /added \d+ packages/ });
        show('npm run tools', await place.shell('npm run tools --silent'), {
          says: /opa [\d.]+: [\s\S]*regal [\d.]+: /,
        });
      }
    },

    async stage(): Promise<{ sidecar: Sidecar; before: string }> {
      chapter(
        'A sidecar that answers by the rules as they are',
        'The operator’s part. A key pair, the bundle of the checkout signed with it, and a sidecar in `production`, which believes that key alone. Beside it run PostgreSQL, Redis and `machtig sync`; the register holds Anna, who is in debt rescheduling (WSNP). `machtig` stands for `node bin/machtig.js`.',
      );
      await machtig(
        'policy keygen --private ../keys/release.pem --public ../keys/release.pub',
        /release\.pub {2}verifies/,
      );
      const signed = await machtig(SIGN('bundles/mandates.tar.gz', '../first.tar.gz'), /issued at/);
      transcript.typed('cp ../first.tar.gz ../sidecar/bundle.tar.gz', '');
      await copyFile(join(place.folder, 'first.tar.gz'), join(place.folder, 'sidecar/bundle.tar.gz'));
      const sidecar = await startSidecar(place);
      const settings = Object.entries(SETTINGS).map(([name, value]) => `${name}=${value}`);
      transcript.typed([...settings, 'machtig sidecar'].join(' \\\n    '), '');
      note('May Anna ask her municipality for help at home?');
      await machtig(`explain ../question.json --url ${sidecar.url}`, /✗ Denied[\s\S]*represented_in_wsnp/);
      note('From here on an application asks that question without a pause.');
      return { sidecar, before: revisionIn(signed) };
    },

    async change() {
      chapter(
        'The case first',
        'The workbench watches. The author writes down what should be answered, in the words of the cases that are there.',
      );
      const workbench = place.starts('policy dev');
      await workbench.says(VERDICT);
      if (!workbench.told().includes('✓ all is well')) throw new Error(workbench.told());
      transcript.typed('machtig policy dev', tidy(workbench.told()));
      await save(workbench, [CASE], /✗ cases: 1 .*[\s\S]*allow: expected true, got false/);
      chapter('A slip', 'The rule is changed so that the case holds. Debt rescheduling now takes nothing away at all.');
      await save(workbench, [WIDE], /✗ tests: 1, cases: 2 [\s\S]*WIDER: A citizen in WSNP does not act for himself/);
      chapter(
        'The rule as it was meant',
        'Everything but care stays closed. The description of the rule says so, and a test beside it.',
      );
      await save(
        workbench,
        [RIGHT, ...WORDS],
        /✓ all is well, and 1 answer changed[\s\S]*DENIED → ALLOWED: In WSNP a person/,
      );
      await workbench.end('SIGINT');
    },

    async release(sidecar: Sidecar, asker: Asker, before: string): Promise<string> {
      chapter('Build, compare, sign', 'A bundle is written only when every case holds; it carries them with it.');
      await machtig('policy build --output ../policy.tar.gz', /revision [0-9a-f]{32}/);
      await machtig(
        'policy diff bundles/mandates.tar.gz ../policy.tar.gz --questions 2000',
        /WIDER: denied before, now allowed: 1/,
        1,
      );
      const signed = await machtig(SIGN('../policy.tar.gz', '../bundle.tar.gz'), /issued at/);
      const after = revisionIn(signed);
      await machtig(
        'policy verify ../bundle.tar.gz --key ../keys/release.pub --key-id release-2026',
        /own cases {3}\d+, all/,
      );
      chapter('It answers', 'Renamed into its place, the bundle is taken over by the sidecar that runs.');
      await takeOver('../bundle.tar.gz', after, sidecar, asker);
      await machtig(`explain ../question.json --url ${sidecar.url}`, /✓ Allowed/);
      if (before === after) throw new Error('the rules have not changed');
      return after;
    },

    async rollBack(sidecar: Sidecar, asker: Asker, before: string) {
      chapter(
        'And back',
        'Somebody puts the old bundle back, as it was signed then. That is refused: anybody who can write there could do it.',
      );
      await rename(join(place.folder, 'first.tar.gz'), join(place.folder, 'sidecar/bundle.tar.gz'));
      const refused = await until('the old one is refused', async () => {
        const status = await sidecar.status();
        return status.last_tried?.outcome === 'not_newer' ? status : undefined;
      });
      transcript.typed(
        'mv ../first.tar.gz ../sidecar/bundle.tar.gz; curl -s http://127.0.0.1:8383/policy',
        pretty(refused),
      );
      note('To go back is a decision, and signed like any other: the old rules, issued now.');
      await machtig(SIGN('bundles/mandates.tar.gz', '../back.tar.gz'), /issued at/);
      await takeOver('../back.tar.gz', before, sidecar, asker);
      await machtig(`explain ../question.json --url ${sidecar.url}`, /✗ Denied[\s\S]*represented_in_wsnp/);
    },
  };

  async function takeOver(file: string, revision: string, sidecar: Sidecar, asker: Asker): Promise<void> {
    const known = asker.answers().get(revision)?.count ?? 0;
    const startedAt = Date.now();
    await rename(join(place.clone, file), join(place.folder, 'sidecar/bundle.tar.gz'));
    const ms = await until(`${revision} answers`, () =>
      (asker.answers().get(revision)?.count ?? 0) > known ? Date.now() - startedAt : undefined,
    );
    const status = await sidecar.status();
    if (status.active.revision !== revision) throw new Error(pretty(status));
    transcript.typed(`mv ${file} ../sidecar/bundle.tar.gz`, '');
    transcript.typed('curl -s http://127.0.0.1:8383/policy', pretty(status));
    const all = [...asker.answers().values()].reduce((sum, { count }) => sum + count, 0);
    note(
      `The first answer by it came ${seconds(ms)} after the rename (looked for every second). Until now ${all} questions were answered; ` +
        `${asker.dropped()} got none.`,
    );
  }
}

/** A screen of the workbench, to its end. */
const VERDICT = /^[✓✗] .* s\n[\s\S]*?\n\n$/m;

const SIGN = (bundle: string, output: string) =>
  `policy sign ${bundle} --key ../keys/release.pem --key-id release-2026 --output ${output}`;

function revisionIn(said: string): string {
  const [, revision] = /revision ([0-9a-f]{32})/.exec(said) ?? [];
  if (revision === undefined) throw new Error(`no revision in: ${said}`);
  return revision;
}

function pretty(status: unknown): string {
  return JSON.stringify(status, null, 2);
}
