import { takeAnchor } from '../administer/audit/anchor.ts';
import { JOBS } from '../administer/jobs/all-jobs.ts';
import type { Job } from '../administer/jobs/job.ts';
import { AppError } from '../domain/errors.ts';
import { readAccess } from './admin-access.ts';
import { findManageUuid } from './admin-jobs.ts';
import { type Config, ConfigError, loadConfig } from './config.ts';
import { withPool } from './register.ts';
import type { Terminal } from './terminal.ts';

export interface JobWish {
  /** By which clock it runs; the real one where absent. */
  at?: string;
  /** In so many words: that moment is not now. */
  pretend?: boolean;
  /** ServiceID of *manage mandates*, where there is no access file that names it. */
  manageService?: string;
}

/** `machtig jobs list`: what runs when, one a line. */
export function runJobsList({ out }: Terminal): void {
  for (const { name, cron, says } of JOBS) out.write(`${name.padEnd(16)} ${cron.padEnd(13)} ${says}\n`);
}

/** `machtig jobs run NAME`: runs one job now, to its end, and says what it did. */
export async function runJob({ env, out }: Terminal, name: string, wish: JobWish): Promise<void> {
  const config = loadConfig(env, 'operate');
  const job = jobOf(name);
  const now = momentOf(wish);
  const serviceId = wish.manageService ?? (await serviceOfAccess(config));
  const report = await withPool(config, async (pool) => {
    const done = await job.run({ pool, manageService: await findManageUuid(pool, serviceId) }, now);
    const { epoch, revision } = await takeAnchor(pool, now);
    // A decision that asks for this as `min_revision` knows of what the job did.
    return { ...done, revision: `${epoch}.${revision}` };
  });
  out.write(`${JSON.stringify({ job: name, at: now.toISOString(), ...report })}\n`);
}

function jobOf(name: string): Job {
  const job = JOBS.find((one) => one.name === name);
  if (job === undefined) throw new AppError('invalid_request', `${name} is no job: see machtig jobs list`);
  return job;
}

/** What a job does on another day's clock stays done: nobody gets there by a slip of the keyboard. */
function momentOf({ at, pretend }: JobWish): Date {
  if (at === undefined) return new Date();
  if (!pretend) {
    throw new AppError(
      'invalid_request',
      '--at needs --pretend: what the job sends, ends and revokes as if it were that moment is done for good',
    );
  }
  const moment = new Date(at);
  if (Number.isNaN(moment.getTime())) throw new AppError('invalid_request', `${at} is no moment, such as 2028-12-01`);
  return moment;
}

async function serviceOfAccess({ admin, listen }: Config): Promise<string> {
  if (admin.accessFile === undefined) {
    const message = 'must be given, or --manage-service: jobs know managers by that service';
    throw new ConfigError([{ at: 'MACHTIG_ADMIN_ACCESS', message }]);
  }
  return (await readAccess(admin, listen.tls?.clientCaFile)).file.manage_service;
}
