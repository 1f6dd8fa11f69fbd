import { readFile } from 'node:fs/promises';
import { parseAnchors, takeAnchor } from '../administer/audit/anchor.ts';
import { verifyAudit } from '../administer/audit/verify.ts';
import { AppError, toError } from '../domain/errors.ts';
import { loadConfig } from './config.ts';
import { withPool } from './register.ts';
import { trackStages } from './stages.ts';
import { EXIT, type Terminal } from './terminal.ts';

/** `machtig audit verify`: what was found, as JSON. Resolves to the exit code: 1 when the chain is broken. */
export async function runAuditVerify(
  { env, out, err }: Terminal,
  { from, anchors: file }: { from?: number; anchors?: string },
): Promise<number> {
  const config = loadConfig(env, 'operate');
  const anchors = file === undefined ? [] : parseAnchors(await readAnchors(file));
  const stages = trackStages(err, 'changes');
  const found = await withPool(config, (pool) =>
    verifyAudit(pool, { anchors, ...(from !== undefined && { from }) }, ({ done, total }) =>
      stages.reach('verifying', done, total),
    ),
  );
  stages.end();
  out.write(`${JSON.stringify(found, null, 2)}\n`);
  return found.fault === undefined ? EXIT.ok : EXIT.failed;
}

/** `machtig audit anchor`: the head of the chain, one line to keep elsewhere. */
export async function runAuditAnchor({ env, out }: Terminal): Promise<void> {
  const config = loadConfig(env, 'operate');
  const anchor = await withPool(config, (pool) => takeAnchor(pool, new Date()));
  out.write(`${JSON.stringify(anchor)}\n`);
}

async function readAnchors(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    const message = `the file of anchors ${file} cannot be read: ${toError(cause).message}`;
    throw new AppError('invalid_request', message, { cause });
  }
}
