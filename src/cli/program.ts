import { fileURLToPath } from 'node:url';
import { Command, CommanderError, InvalidArgumentError } from 'commander';
import { loadConfig } from './config.ts';
import { NEEDED, type Role } from './config-rules.ts';
import type { TokenWish } from './dev-client.ts';
import type { JobWish } from './jobs.ts';
import { addPolicy } from './program-policy.ts';
import { EXIT, explain, type Terminal } from './terminal.ts';
import { PACKAGE_ROOT, VERSION } from './version.ts';

const example = (name: string): string => fileURLToPath(new URL(`examples/${name}`, PACKAGE_ROOT));
const EXAMPLE = example('register.yaml');

// What only some commands need is loaded by those.
const processes = () => import('./process.ts');
const register = () => import('./register.ts');
const syncing = () => import('./sync.ts');

/** Runs one command line. Resolves to the exit code. */
export async function runProgram(argv: readonly string[], terminal: Terminal): Promise<number> {
  let exitCode: number = EXIT.ok;
  const program = makeProgram(terminal, (code) => {
    exitCode = code;
  });
  try {
    await program.parseAsync([...argv]);
    return exitCode;
  } catch (thrown) {
    // Commander has said what is wrong with the command line, or has shown the help that was asked for.
    if (thrown instanceof CommanderError) return thrown.exitCode === 0 ? EXIT.ok : EXIT.usage;
    return explain(thrown, terminal.err);
  }
}

function makeProgram(terminal: Terminal, exitWith: (code: number) => void): Command {
  const program = new Command('machtig')
    .description('May this person act for that party? Answers from mandates, in microseconds, with reasons.')
    .version(VERSION)
    .exitOverride()
    .configureOutput({ writeOut: (text) => terminal.out.write(text), writeErr: (text) => terminal.err.write(text) })
    .addHelpText(
      'after',
      '\nEverything is configured by environment: docs/configuration.md. Long work shows its progress on standard error.\n' +
        'Exit codes: 64 wrong command line, 65 wrong file, 69 a store cannot be reached, 78 wrong configuration.',
    );
  addRoles(program, terminal, exitWith);
  addToken(program, terminal);
  addRegister(program, terminal);
  addJobs(program, terminal);
  addAudit(program, terminal, exitWith);
  addRecords(program, terminal, exitWith);
  addPolicy(program, terminal, exitWith);
  return program;
}

function addRoles(program: Command, terminal: Terminal, exitWith: (code: number) => void): void {
  program
    .command('dev')
    .description('everything in one process on embedded stores, filled with the example register')
    .option('--register <file>', 'another register file', EXAMPLE)
    .addHelpText('after', needs('dev'))
    .action(async ({ register: file }: { register: string }) =>
      (await processes()).runRole(terminal, 'dev', async (deps) => {
        const parts = [import('./dev.ts'), import('./ask.ts'), import('./dev-tell.ts')] as const;
        const [{ startDev }, { askExamples }, { tellAdmin }] = await Promise.all(parts);
        const deciding = await startDev(deps, file);
        await askExamples(deciding, file === EXAMPLE ? example('questions.yaml') : undefined, terminal);
        await tellAdmin(deciding, terminal);
        terminal.out.write('\nStop with Ctrl-C.\n');
        return { reopen: deciding.reopenRecords };
      }),
    );
  program
    .command('sidecar')
    .description('answers decisions from Redis; given DATABASE_URL it also takes part in sync')
    .addHelpText('after', needs('sidecar', 'MACHTIG_CALLERS or MACHTIG_ANONYMOUS'))
    .action(async () =>
      (await processes()).runRole(terminal, 'sidecar', async (deps) => {
        const { openSidecar } = await import('./workers.ts');
        return openSidecar(deps);
      }),
    );
  program
    .command('admin')
    .description('the admin API, by which mandates are granted, changed and ended; and the jobs of the register')
    .addHelpText('after', needs('admin'))
    .action(async () =>
      (await processes()).runRole(terminal, 'admin', async (deps) => {
        const { startAdmin } = await import('./admin.ts');
        const { url, opsUrl, policyRevision } = await startAdmin(deps);
        deps.log.info({ url, opsUrl, policyRevision }, 'administers');
        return {};
      }),
    );
  const sync = program
    .command('sync')
    .description('keeps Redis equal to Postgres: one leads, others stand by')
    .addHelpText('after', needs('sync'))
    .action(async () =>
      (await processes()).runRole(terminal, 'sync', async (deps) => {
        const { opsUrl } = await (await syncing()).startSync(deps);
        deps.log.info({ opsUrl }, 'keeps the projection');
        return {};
      }),
    );
  sync
    .command('verify')
    .description('compares Redis with Postgres, record for record, while changes flow')
    .option('--repair', 'has what differs written anew, by whichever sync leads', false)
    .addHelpText('after', `${needs('sync')}\nExit code 1: they differ, also after a repair.`)
    .action(async (options: { repair: boolean }) => {
      const { runVerify } = await import('./sync-verify.ts');
      const found = await (await processes()).runOnce(terminal, 'sync', (deps) => runVerify(deps, options));
      terminal.out.write(`${JSON.stringify(found, null, 2)}\n`);
      if (!found.equal) exitWith(EXIT.failed);
    });
}

function addToken(program: Command, terminal: Terminal): void {
  program
    .command('token')
    .description('a token of a running `machtig dev`, for somebody of its register file')
    .requiredOption('--as <key>', 'key of a person, of a service owner, or: court, registrar')
    .option('--loa <level>', 'level of the login: eh2, eh2plus, eh3, eh4', 'eh3')
    .option('--party <key>', 'for which party the login is')
    .option('--digid', 'with DigiD, also where there is eHerkenning')
    .action(async (wish: TokenWish) => {
      const { fetchToken } = await import('./dev-client.ts');
      const { admin } = loadConfig(terminal.env, 'dev');
      terminal.out.write(`${await fetchToken(`http://127.0.0.1:${admin.loginPort}`, wish)}\n`);
    });
}

function addRegister(program: Command, terminal: Terminal): void {
  program
    .command('migrate')
    .description('brings the database up to date; safe when several start at once')
    .addHelpText('after', needs('migrate'))
    .action(async () => (await register()).runMigrate(terminal));
  program
    .command('import <file>')
    .description('loads a register file (YAML or JSON): all or nothing, all faults at once')
    .option('--replace-source', "end the mandates of the file's source that it no longer names", false)
    .addHelpText('after', `${needs('import')}\nThe format: schemas/register.json. Exit code 65: the file has faults.`)
    .action(async (file: string, options: { replaceSource: boolean }) =>
      (await register()).runImport(terminal, file, options),
    );
  program
    .command('seed')
    .description('generates a realistic register of any size')
    .requiredOption('--mandates <n>', 'how many mandates', wholeNumber)
    .option('--seed <n>', 'the same seed gives the same register', wholeNumber, 1)
    .addHelpText(
      'after',
      `${needs('seed')}\nThe database must be migrated and empty. 1 M mandates take about a minute.`,
    )
    .action(async (options: { mandates: number; seed: number }) => (await register()).runSeed(terminal, options));
  program
    .command('catalogue')
    .description('the services that can be mandated')
    .command('import <file>')
    .description('takes over an eHerkenning service catalogue (XML): by default tells what it would change')
    .option('--apply', 'take it over: all or nothing', false)
    .addHelpText('after', `${needs('operate')}\nExit code 65: the catalogue has faults, each with its line.`)
    .action(async (file: string, options: { apply: boolean }) => {
      const { runCatalogueImport } = await import('./catalogue.ts');
      await runCatalogueImport(terminal, file, options);
    });
  const acts = {
    revoke: 'ends a mandate at once and for good, with all that was passed on from it',
    suspend: 'makes a mandate unusable until it is reactivated',
    reactivate: 'lifts a suspension',
  } as const;
  for (const act of ['revoke', 'suspend', 'reactivate'] as const) {
    program
      .command(`${act} <mandate-id>`)
      .description(acts[act])
      .option('--reason <text>', 'kept with the change')
      .addHelpText('after', needs('operate'))
      .action(async (id: string, { reason }: { reason?: string }) =>
        (await register()).runOperate(terminal, act, id, reason),
      );
  }
}

function addJobs(program: Command, terminal: Terminal): void {
  const jobs = program.command('jobs').description('the work that the role admin does by itself, at its times');
  jobs
    .command('list')
    .description('what runs when, in Europe/Amsterdam')
    .action(async () => {
      const { runJobsList } = await import('./jobs.ts');
      runJobsList(terminal);
    });
  jobs
    .command('run <name>')
    .description('runs one now, to its end; also while the role admin runs')
    .option('--at <moment>', 'by another clock, to see in a test register what will come of it; needs --pretend')
    .option('--pretend', 'it is not that moment, and what the job does is done for good')
    .option('--manage-service <ServiceID>', 'service by which mandates are managed; by default of the access file')
    .addHelpText('after', needs('operate', 'MACHTIG_ADMIN_ACCESS or --manage-service'))
    .action(async (name: string, wish: JobWish) => (await import('./jobs.ts')).runJob(terminal, name, wish));
}

function addAudit(program: Command, terminal: Terminal, exitWith: (code: number) => void): void {
  const audit = program.command('audit').description('the chain of all changes of the register');
  audit
    .command('verify')
    .description('checks that no change is missing or altered; exit code 1 says that one is')
    .option('--from <revision>', 'the first to check; by default all', wholeNumber)
    .option('--anchors <file>', 'heads of the chain noted before, one a line')
    .addHelpText('after', needs('operate'))
    .action(async (options: { from?: number; anchors?: string }) => {
      const { runAuditVerify } = await import('./audit.ts');
      exitWith(await runAuditVerify(terminal, options));
    });
  audit
    .command('anchor')
    .description('the head of the chain, one line to keep where nobody who may write the database can reach it')
    .addHelpText('after', needs('operate'))
    .action(async () => (await import('./audit.ts')).runAuditAnchor(terminal));
}

function addRecords(program: Command, terminal: Terminal, exitWith: (code: number) => void): void {
  program
    .command('records')
    .description('decision records')
    .command('verify <file...>')
    .description('checks that no record is missing or changed, oldest file first')
    .action(async (files: string[]) => {
      const { verifyRecords } = await import('../records/verify.ts');
      const found = await verifyRecords(files);
      terminal.out.write(`${JSON.stringify(found, null, 2)}\n`);
      if (found.faults.length > 0) exitWith(EXIT.failed);
    });
}

/** For the help of a command: what must be in the environment. */
function needs(role: Role, ...more: string[]): string {
  const names = [...NEEDED[role], ...more];
  return names.length === 0 ? '\nNeeds no configuration.' : `\nNeeds in the environment: ${names.join(', ')}.`;
}

function wholeNumber(text: string): number {
  const number = Number(text);
  if (!/^[0-9]{1,9}$/.test(text) || number === 0) throw new InvalidArgumentError('It must be a whole number above 0.');
  return number;
}
