import type { HeldRecord, Put, Write } from '../projection.ts';
import type { RecordKey, RecordKind } from '../record.ts';
import { parseRecordKey } from '../record-key.ts';
import { identityOf } from '../writes.ts';
import { canonical } from './canonical.ts';

/** How a record differs from the register, and the writes that make it equal. */
export interface Difference {
  key: RecordKey;
  kind: RecordKind;
  /** Entries that the register has and the projection has not; that only the projection has; that say something else. */
  missing: number;
  extra: number;
  wrong: number;
  unreadable: boolean;
  /** Undefined: what stands there cannot be written upon, and the whole copy must be built anew. */
  repair: Write[] | undefined;
}

/** Lists are written an entry at a time, into what stands there; the others are replaced whole. */
const LISTS: readonly RecordKind[] = ['mandates', 'links'];

/** Compares one record entry by entry; undefined: it is equal. */
export function compareRecord(key: RecordKey, truth: readonly Put[], held: HeldRecord): Difference | undefined {
  const kind = parseRecordKey(key)?.kind;
  if (kind === undefined) throw new RangeError('that is no record key');
  if (held === 'unreadable') {
    const repair = LISTS.includes(kind) ? undefined : truth.length > 0 ? [...truth] : dropsOf(key);
    return { key, kind, missing: 0, extra: 0, wrong: 0, unreadable: true, repair };
  }
  const [is, should] = [byIdentity(held), byIdentity(truth)];
  const extra = [...is].flatMap(([identity, put]) => (should.has(identity) ? [] : [put]));
  const missing = [...should].flatMap(([identity, put]) => (is.has(identity) ? [] : [put]));
  const wrong = [...should].flatMap(([identity, put]) => {
    const other = is.get(identity);
    return other === undefined || canonical(other) === canonical(put) ? [] : [put];
  });
  const repair = [...extra.map(dropOf), ...wrong, ...missing];
  if (repair.length === 0) return undefined;
  const counts = { missing: missing.length, extra: extra.length, wrong: wrong.length };
  return { key, kind, ...counts, unreadable: false, repair };
}

function byIdentity(puts: readonly Put[]): Map<string, Put> {
  return new Map(puts.map((put) => [identityOf(put), put]));
}

/** Takes away what this put: of a list its one entry, else the record. */
function dropOf(put: Put): Write {
  switch (put.put) {
    case 'alias':
      return { drop: 'alias', hmac: put.hmac };
    case 'party':
    case 'names':
      return { drop: put.put, party: put.party };
    case 'service':
      return { drop: 'service', serviceId: put.serviceId };
    case 'definition':
      return { drop: 'definition', serviceUuid: put.serviceUuid };
    case 'branch':
      return { drop: 'branch', party: put.party, branch: put.branch };
    case 'mandate': {
      const { represented, delegate, scope, facts } = put;
      return { drop: 'mandate', represented, delegate, scope, mandateId: facts.mandate_id };
    }
    case 'link': {
      const { actor, organisation, mandateId } = put;
      return { drop: 'link', actor, organisation, mandateId };
    }
  }
}

/** Takes a record away of which nothing is known but its key. */
function dropsOf(key: RecordKey): Write[] {
  const { kind, parts } = parseRecordKey(key) ?? { kind: undefined, parts: [] };
  const [first = '', second = ''] = parts;
  switch (kind) {
    case 'alias':
      return [{ drop: kind, hmac: first }];
    case 'party':
    case 'names':
      return [{ drop: kind, party: first }];
    case 'service':
      return [{ drop: kind, serviceId: first }];
    case 'definition':
      return [{ drop: kind, serviceUuid: first }];
    case 'branch':
      return [{ drop: kind, party: first, branch: second }];
    default:
      return [];
  }
}
