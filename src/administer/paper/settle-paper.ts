import { AppError, type Fault } from '../../domain/errors.ts';
import type { Act, Acting } from '../acting.ts';
import { columnsOf } from '../grants/columns.ts';
import { named, settleGrant } from '../grants/grant.ts';
import { periodColumns } from '../grants/period.ts';
import { refuseFaults } from '../grants/rows.ts';
import { findSides, readSides } from '../grants/sides.ts';
import type { MandateWish, PartyWish } from '../grants/wish.ts';
import { changeMandate, type MandateChange } from '../life/change.ts';
import { lockLives } from '../life/lock.ts';
import { revokeMandate, suspendMandate } from '../life/stop.ts';
import { personalNumberFaults } from '../parties/personal-number.ts';
import { lockPaper, type PaperRow, type PaperView, readPaper } from './paper-request.ts';
import { type Proof, proofOf, type SignatureCheck } from './proof.ts';

export type Settlement = Refusal | Execution;

interface Refusal {
  decision: 'refused';
  reason: string;
}

export interface Execution {
  decision: 'executed';
  signature: SignatureCheck;
  /** Of the signer, recorded before (R98, R138). */
  identifications: readonly string[];
  /** For a grant: what is granted, and to whom. */
  grant?: MandateWish & { delegates: readonly PartyWish[] };
  /** For a change: what becomes of each mandate that the request is about. */
  change?: MandateChange;
  /** For a suspension: why weaker proof had to do (R103). */
  deviation?: string;
}

/**
 * Does what was asked on paper, or refuses it, in one transaction with whatever comes of it. What the signer may ask is
 * judged by the rules as if he had come himself (R79, R90, R97-R99, R110).
 * @throws AppError `not_found` | `act_refused` | `invalid_request` | `conflict` (settled already)
 */
export async function settlePaper(acting: Acting, id: string, settlement: Settlement): Promise<PaperView> {
  const paper = await lockPaper(acting.client, id);
  await lockLives(acting.client, paper.mandates);
  await acting.authorise({ name: 'paper.settle', party: paper.represented });
  if (paper.outcome !== null) throw new AppError('conflict', `this request has been ${paper.outcome}`);
  if (settlement.decision === 'refused') {
    await refuse(acting, paper, settlement);
    return readPaper(acting, id);
  }
  const proof = await proofOf(acting, paper, settlement);
  const settled = await execute(onPaper(acting, proof), paper, settlement, proof);
  await acting.client.query(
    `update paper_requests set outcome = 'executed', settled_at = $2, signature_verified = $3, settled_mandates = $4
     where paper_request_id = $1`,
    [id, acting.now, JSON.stringify(proof.signature), settled],
  );
  return readPaper(acting, id);
}

async function refuse({ client, now }: Acting, paper: PaperRow, { reason }: Refusal): Promise<void> {
  const faults = personalNumberFaults([{ at: '/reason', text: reason }]);
  if (faults.length > 0) throw new AppError('invalid_request', 'not a reason to keep', { faults });
  await client.query(
    `update paper_requests set outcome = 'refused', settled_at = $2, refusal = $3 where paper_request_id = $1`,
    [paper.paper_request_id, now, reason],
  );
}

/** Every act from here on is asked on paper: the rules look at who signed, not at who types. Who types does the looking. */
function onPaper(acting: Acting, { paper }: Proof): Acting {
  const asked = (act: Act): Act => (act.name === 'mandate.view' ? act : { ...act, paper });
  return { ...acting, authorise: (...acts) => acting.authorise(...acts.map(asked)) };
}

/** @returns the mandates that came of it, or that it changed or ended */
async function execute(acting: Acting, paper: PaperRow, wish: Execution, proof: Proof): Promise<string[]> {
  refuseMisfits(paper, wish);
  const reason = `paper request ${paper.paper_request_id}`;
  if (wish.grant) return grantOnPaper(acting, paper, wish.grant, proof);
  for (const mandateId of paper.mandates) {
    if (paper.kind === 'revoke') await revokeMandate(acting, { mandateId, reason });
    else if (paper.kind === 'suspension') {
      await suspendMandate(acting, { mandateId, reason, deviation: wish.deviation });
    } else {
      await changeMandate(acting, { mandateId, change: { ...wish.change, evidence: proof.evidence } });
    }
  }
  return paper.mandates;
}

/** What is executed is what was asked, and nothing beside it. */
function refuseMisfits({ kind }: PaperRow, wish: Execution): void {
  const faults: Fault[] = [];
  const fits = (name: 'grant' | 'change' | 'deviation', wanted: boolean, required: boolean) => {
    if (wish[name] === undefined && required)
      faults.push({ at: `/${name}`, message: `is missing: a ${kind} was asked` });
    if (wish[name] !== undefined && !wanted)
      faults.push({ at: `/${name}`, message: `has no place: a ${kind} was asked` });
  };
  fits('grant', kind === 'grant', kind === 'grant');
  fits('change', kind === 'change', kind === 'change');
  fits('deviation', kind === 'suspension', false);
  if (faults.length > 0) throw new AppError('invalid_request', 'something else was asked', { faults });
}

async function grantOnPaper(
  acting: Acting,
  paper: PaperRow,
  { delegates, ...wish }: NonNullable<Execution['grant']>,
  proof: Proof,
): Promise<string[]> {
  const faults: Fault[] = [];
  const [represented] = await readSides(acting, [paper.represented]);
  if (represented === undefined) throw new AppError('internal', 'a party that was locked is gone');
  const sides = await findSides(acting, delegates, '/grant/delegates', faults);
  const columns = await columnsOf(acting, wish, paper.represented, faults);
  const period = await periodColumns(acting, columns, faults);
  if (wish.loa !== paper.loa) faults.push({ at: '/grant/loa', message: `must be ${paper.loa}, as was asked` });
  await refuseFaults(acting, paper.represented, faults);
  const rows = await named(acting, represented, sides, {
    ...columns,
    ...period,
    status: 'active',
    granted_by: paper.signed_by,
    granted_at: acting.now.toISOString(),
    channel: 'paper',
    evidence: [...proof.evidence, ...(wish.evidence ?? [])],
  });
  const verdicts = await acting.authorise(...rows.map((mandate) => ({ name: 'mandate.grant', mandate }) as const));
  refuseJoint(verdicts);
  await settleGrant(acting, rows, verdicts, false);
  return rows.map(({ mandate_id }) => mandate_id);
}

/** A letter of one of several who must grant together waits for nobody (R51). */
function refuseJoint(verdicts: readonly { holders_required: number | null }[]): void {
  if (verdicts.every(({ holders_required }) => holders_required === null)) return;
  throw new AppError('act_refused', 'the grantors act together only', { reasons: ['joint_authority_required'] });
}
