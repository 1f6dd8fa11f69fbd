import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { z } from 'zod';
import { AppError } from '../domain/errors.ts';
import { explainAnswer } from '../http/explain-schemas.ts';
import { loadConfig } from './config.ts';
import { explanationLines } from './explain-lines.ts';
import { post } from './post-json.ts';
import type { Terminal } from './terminal.ts';

/** What can be said on the command line; names as in the help. */
export interface ExplainWishes {
  actor?: string;
  represented?: string;
  service?: string;
  loa?: string;
  branch?: string;
  operation?: string;
  case?: string;
  via?: string;
  minLoa?: string;
  at?: string;
  url?: string;
  socket?: string;
  tokenFile?: string;
  tokenEnv?: string;
  all: boolean;
  json: boolean;
}

const problemForm = z.object({
  code: z.string(),
  detail: z.string(),
  errors: z.array(z.object({ at: z.string(), message: z.string() })).default([]),
});

/** @throws AppError with every fault of the request, or why nobody explains */
export async function runExplain(
  { env, out }: Terminal,
  request: string | undefined,
  wishes: ExplainWishes,
): Promise<void> {
  const body = { ...(await readRequest(request)), ...fieldsOf(wishes) };
  const token = await tokenOf(wishes, env);
  const target = wishes.socket === undefined ? { url: wishes.url ?? urlOfDev(env) } : { socket: wishes.socket };
  const { status, answer } = await post(target, '/v1/explain', body, token);
  if (status !== 200) throw refusal(answer);
  if (wishes.json) out.write(`${JSON.stringify(answer, null, 2)}\n`);
  else out.write(`${explanationLines(explainAnswer.parse(answer), wishes.all).join('\n')}\n`);
}

async function readRequest(request: string | undefined): Promise<object> {
  if (request === undefined) return {};
  const json = request === '-' ? await text(process.stdin) : await readFile(request, 'utf8');
  const parsed = z.record(z.string(), z.unknown()).safeParse(parseJson(json));
  if (parsed.success) return parsed.data;
  throw new AppError('invalid_request', 'the request is no JSON object');
}

function parseJson(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    // Whatever is no JSON is no object either, which is what is said of it.
    return undefined;
  }
}

function fieldsOf({ actor, represented, service, loa, branch, operation, via, minLoa, at, ...rest }: ExplainWishes) {
  const fields = { actor, represented, service, loa, branch, operation, case: rest.case, via, min_loa: minLoa, at };
  const given = Object.entries(fields).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value] as const],
  );
  const open = given.filter(([, value]) => value.startsWith('urn:nl:bsn:'));
  if (open.length === 0) return Object.fromEntries(given);
  const faults = open.map(([name]) => ({ at: `--${name}`, message: 'is a BSN: write the request in a file' }));
  throw new AppError('invalid_request', 'a command line can be read by everybody on this machine', { faults });
}

async function tokenOf({ tokenFile, tokenEnv }: ExplainWishes, env: Terminal['env']): Promise<string | undefined> {
  if (tokenFile !== undefined) return (await readFile(tokenFile, 'utf8')).trim();
  if (tokenEnv === undefined) return undefined;
  const token = env[tokenEnv];
  if (token === undefined) throw new AppError('invalid_request', `the environment holds no ${tokenEnv}`);
  return token;
}

function urlOfDev(env: Terminal['env']): string {
  const { tcp } = loadConfig(env, 'dev').listen;
  if (tcp === undefined) throw new AppError('invalid_request', 'name the decision port with --url, or --socket');
  return `http://${tcp.host}:${tcp.port}`;
}

function refusal(answer: unknown): AppError {
  const problem = problemForm.safeParse(answer);
  if (!problem.success) return new AppError('internal', 'whoever answers there is no sidecar of machtig');
  const { code, detail, errors } = problem.data;
  return new AppError(code === 'invalid_request' ? code : 'internal', `${code}: ${detail}`, { faults: errors });
}
