import * as cast from '../../examples/a-year/cast.ts';
import type { makeDice } from './dice.ts';
import type { Wish, Writers } from './http-writers.ts';

/** The few mandates that everybody wants to change at once, by who manages them. */
export interface Contested {
  /** Who manages → ids. */
  mandates: ReadonlyMap<string, readonly string[]>;
  /** Only for acting in bulk, by who manages. */
  bulk: ReadonlyMap<string, readonly string[]>;
  /** Handle of Stan's means. */
  means: string;
}

const FIRMS = {
  karin: { represented: cast.BAKERY, delegate: cast.STAN, kind: 'employee', service: cast.PERMIT, to: cast.PETRA },
  petra: { represented: cast.FARM, delegate: cast.HAULIER, kind: 'business', service: cast.TRANSPORT, to: cast.BALANS },
  kees: {
    represented: cast.PAINTER,
    delegate: cast.BALANS,
    kind: 'business',
    service: cast.VAT,
    to: cast.DRAWING_OFFICE,
  },
} as const;
type Manager = keyof typeof FIRMS;
const MANAGERS = ['karin', 'petra', 'kees'] as const;

const terms = { ...cast.UNLIMITED, loa: 'eh3' };

function grant(by: Manager, copies = 1) {
  const { represented, delegate, kind, service } = FIRMS[by];
  const delegates = Array.from({ length: copies }, () => ({ party: delegate }));
  return { represented, delegates, kind, services: [service.uuid], ...terms, valid_until: cast.inTwoYears() };
}

/** Petra becomes a manager of the farm; each of the managers grants what will be fought over. */
export async function contested({ act }: Writers): Promise<Contested> {
  await act('willem', 'POST /managers', {
    party: cast.FARM,
    manager: { party: cast.PETRA },
    loa: 'eh3',
    valid_until: cast.inTwoYears(),
    evidence: [{ kind: 'handelsregister', reference: 'uittreksel' }],
  });
  const mandates = new Map<string, string[]>();
  const bulk = new Map<string, string[]>();
  const share = async (by: Manager) => {
    const granted: string[] = [];
    for (let i = 0; i < 13; i++) {
      const { body } = await act(by, 'POST /mandates', grant(by));
      granted.push(body.mandates[0].mandate_id);
    }
    mandates.set(by, granted.slice(0, 3));
    bulk.set(by, granted.slice(3));
  };
  await Promise.all(MANAGERS.map(share));
  // With one that was passed on from it.
  mandates.get('kees')?.push('3a000000-0000-4000-8000-000000000071');
  const found = await act('karin', 'POST /means/_search', { owner: cast.BAKERY, person: cast.STAN });
  return {
    mandates,
    bulk,
    means: found.body.items[0].means_id,
  };
}

type Make = (about: Contested, id: string, by: Manager, i: number) => Wish;

const reason = 'tegelijk';
/** Each to another end, so that none of them leaves it as it was. */
const change =
  (operations: unknown): Make =>
  (_, id, by, i) => ({
    by,
    to: `PATCH /mandates/${id}`,
    body: { operations, valid_until: cast.daysFromNow(300 + i) },
    seen: id,
  });
const suspend: Make = (_, id, by) => ({ by, to: `POST /mandates/${id}/suspensions`, body: { reason } });
const reactivate: Make = (_, id, by) => ({ by, to: `POST /mandates/${id}/reactivations`, body: { reason }, seen: id });
const revoke: Make = (_, id, by) => ({ by, to: `POST /mandates/${id}/revocations`, body: { reason } });
const transfer: Make = (_, id, by) => ({
  by,
  to: `POST /mandates/${id}/transfers`,
  body: { reason, delegate: { party: FIRMS[by].to } },
  seen: id,
});
const grantAnother: Make = (_about, _id, by) => ({ by, to: 'POST /mandates', body: grant(by) });
/** Two of a few: those who want the same ones cannot both have them. */
const some = ({ bulk }: Contested, by: Manager, i: number) => {
  const ids = bulk.get(by) ?? [];
  return [ids[i % ids.length], ids[(i + 1) % ids.length]];
};
const revokeSome: Make = (about, _id, by, i) => ({
  by,
  to: 'POST /mandates/_revoke',
  body: { reason, ids: some(about, by, i) },
});
const transferSome: Make = (about, _id, by, i) => ({
  by,
  to: 'POST /mandates/_transfer',
  body: { reason, ids: some(about, by, i), delegate: { party: FIRMS[by].to } },
});
/** One of those that others want in bulk. */
const transferOne: Make = (about, id, by, i) => transfer(about, some(about, by, i)[0] ?? id, by, i);
const switchMeans =
  (by: string, to: 'activations' | 'deactivations'): Make =>
  ({ means }) => ({ by, to: `POST /means/${means}/${to}`, body: { reason } });
/** By whoever represents the farm by law, beside its manager. */
const owner =
  (make: Make): Make =>
  (about, _id, _by, i) => ({
    ...make(about, about.mandates.get('petra')?.[i % 3] ?? '', 'petra', i),
    by: 'willem',
  });
const renounce: Make = ({ mandates }, _id, _by, i) => ({
  by: 'stan',
  to: `POST /mandates/${mandates.get('karin')?.[i % 3]}/renunciations`,
  body: { reason },
});
const suspendByCourt: Make = (_, id) => ({
  by: 'court',
  to: `POST /mandates/${id}/suspensions`,
  body: { reason, verified_by: ['terugbellen', 'beschikking'] },
});
const appoint: Make = () => ({
  by: 'rvo',
  to: 'POST /mandates',
  body: {
    represented: cast.HAULIER,
    delegates: [{ party: cast.NEW_BUTCHER }],
    kind: 'appointed',
    services: [cast.TRANSPORT.uuid],
    ...terms,
    valid_until: cast.inTwoYears(),
  },
});
const SINCE = new Date(Date.now() - 60_000).toISOString();
const bankruptcy: Make = () => ({
  by: 'court',
  to: 'POST /interventions',
  body: {
    party: cast.SHIPPING_COMPANY,
    kind: 'bankruptcy',
    since: SINCE,
    reference: 'F.10/26/500',
    verified_by: ['terugbellen', 'Centraal Insolventieregister'],
    successor: {
      as: 'legal_representative',
      delegate: cast.QUIRINE,
      loa: 'eh4',
      evidence: [{ kind: 'vonnis', reference: 'F.10/26/500' }],
    },
  },
});
const businessEnds: Make = () => ({
  by: 'rvo',
  to: 'POST /interventions',
  body: { party: cast.HAULIER, kind: 'business_ended', since: SINCE, reference: 'overdracht 2026-7' },
});
/** Somebody else's business. */
const trespass: Make = (about, _id, by, i) => ({
  ...revoke(about, about.mandates.get(by)?.[i % 3] ?? '', by, i),
  by: 'olaf',
});

const LIVELY: readonly Make[] = [
  ...[change('all'), change(['view']), change(['submit', 'view']), change('all'), change(['submit'])],
  ...[suspend, suspend, reactivate, reactivate, reactivate, reactivate, owner(suspend), owner(reactivate)],
  ...[grantAnother, revokeSome, transferSome, transferOne, appoint, trespass],
  ...[switchMeans('karin', 'deactivations'), switchMeans('karin', 'activations')],
  ...[switchMeans('registrar', 'deactivations'), switchMeans('registrar', 'activations')],
];
/** What makes an end of the fight comes late. */
const FINAL: readonly Make[] = [
  ...LIVELY,
  ...LIVELY,
  revoke,
  ...[transfer, transfer],
  renounce,
  suspendByCourt,
  bankruptcy,
  businessEnds,
];

export function wishes(about: Contested, dice: ReturnType<typeof makeDice>, i: number): Wish {
  const by = dice.pick(MANAGERS);
  const id = dice.pick(about.mandates.get(by) ?? []);
  return dice.pick(i < 140 ? LIVELY : FINAL)(about, id, by, i);
}
