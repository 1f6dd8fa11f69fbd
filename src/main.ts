import { runProgram } from './cli/program.ts';

process.exitCode = await runProgram(process.argv, {
  env: process.env,
  out: process.stdout,
  err: process.stderr,
});
