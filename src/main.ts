import { runProgram } from './cli/program.ts';
import { keepStringsFast } from './process/fast-strings.ts';

keepStringsFast();

process.exitCode = await runProgram(process.argv, {
  env: process.env,
  out: process.stdout,
  err: process.stderr,
});
