import { announce } from './announce.ts';
import { endsSoon } from './ends-soon.ts';
import type { Job } from './job.ts';
import { lapse } from './lapse.ts';
import { paperDeadlines } from './paper-deadlines.ts';
import { reconfirm } from './reconfirm.ts';
import { tidy } from './tidy.ts';

/** Every job of the register; `machtig migrate` makes their queues, the role `admin` runs them. */
export const JOBS: readonly Job[] = [lapse, paperDeadlines, endsSoon, announce, reconfirm, tidy];
