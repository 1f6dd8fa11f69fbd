import { fileURLToPath } from 'node:url';
import { Command, CommanderError } from 'commander';
import { verifyRecords } from '../records/verify.ts';
import { ask, readQuestions } from './ask.ts';
import { startDev } from './dev.ts';
import { runOnce, runRole } from './process.ts';
import { runImport, runMigrate, runOperate, runSeed } from './register.ts';
import { startSidecar } from './sidecar.ts';
import { startSync, verifyProjection } from './sync.ts';
import { EXIT, explain, type Terminal } from './terminal.ts';
import { PACKAGE_ROOT, VERSION } from './version.ts';

const example = (name: string): string => fileURLToPath(new URL(`examples/${name}`, PACKAGE_ROOT));

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
    .addHelpText('after', '\nRoles and commands are configured by environment: see docs/configuration.md.');
  addRoles(program, terminal, exitWith);
  addRegister(program, terminal);
  addRecords(program, terminal, exitWith);
  return program;
}

function addRoles(program: Command, terminal: Terminal, exitWith: (code: number) => void): void {
  program
    .command('dev')
    .description('everything in one process on embedded stores, filled with the example register')
    .option('--register <file>', 'another register file', example('register.yaml'))
    .action(({ register }: { register: string }) =>
      runRole(terminal, 'dev', async (deps) => {
        const deciding = await startDev(deps, register);
        const questions = await readQuestions(example('questions.yaml'));
        if (register === example('register.yaml')) await ask(deciding.url, questions, terminal);
        return { reopen: deciding.reopenRecords };
      }),
    );
  program
    .command('sidecar')
    .description('answers decisions from Redis; given DATABASE_URL it also takes part in sync')
    .action(() =>
      runRole(terminal, 'sidecar', async (deps) => {
        const { url, socket, opsUrl, policyRevision, reopenRecords } = await startSidecar(deps);
        deps.log.info({ url, socket, opsUrl, policyRevision }, 'answers');
        return { reopen: reopenRecords };
      }),
    );
  const sync = program
    .command('sync')
    .description('keeps Redis equal to Postgres: one leads, others stand by')
    .action(() =>
      runRole(terminal, 'sync', async (deps) => {
        const { opsUrl } = await startSync(deps);
        deps.log.info({ opsUrl }, 'keeps the projection');
        return {};
      }),
    );
  sync
    .command('verify')
    .description('compares Redis with Postgres, record for record')
    .action(async () => {
      const found = await runOnce(terminal, 'sync', verifyProjection);
      terminal.out.write(`${JSON.stringify(found, null, 2)}\n`);
      if (!found.equal) exitWith(EXIT.failed);
    });
}

function addRegister(program: Command, terminal: Terminal): void {
  program
    .command('migrate')
    .description('brings the database up to date; safe when several start at once')
    .action(() => runMigrate(terminal));
  program
    .command('import <file>')
    .description('loads a register file (YAML or JSON): all or nothing, all faults at once')
    .option('--replace-source', "end the mandates of the file's source that it no longer names", false)
    .action((file: string, options: { replaceSource: boolean }) => runImport(terminal, file, options));
  program
    .command('seed')
    .description('generates a realistic register of any size')
    .requiredOption('--mandates <n>', 'how many mandates', wholeNumber)
    .option('--seed <n>', 'the same seed gives the same register', wholeNumber, 1)
    .action((options: { mandates: number; seed: number }) => runSeed(terminal, options));
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
      .action((id: string, { reason }: { reason?: string }) => runOperate(terminal, act, id, reason));
  }
}

function addRecords(program: Command, terminal: Terminal, exitWith: (code: number) => void): void {
  program
    .command('records')
    .description('decision records')
    .command('verify <file...>')
    .description('checks that no record is missing or changed, oldest file first')
    .action(async (files: string[]) => {
      const found = await verifyRecords(files);
      terminal.out.write(`${JSON.stringify(found, null, 2)}\n`);
      if (found.faults.length > 0) exitWith(EXIT.failed);
    });
}

function wholeNumber(text: string): number {
  if (!/^[0-9]{1,9}$/.test(text)) throw new CommanderError(EXIT.usage, 'machtig.number', `${text} is no whole number`);
  return Number(text);
}
