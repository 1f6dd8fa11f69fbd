import type { MandateFacts, PartyId } from '../domain/facts.ts';
import type { Found } from './lookups.ts';
import { makePairs, type Pairs } from './memory-pairs.ts';
import type { Put, Write } from './projection.ts';
import type { RecordKey } from './record.ts';
import { parseRecordKey } from './record-key.ts';
import { touchedKey } from './writes.ts';

/** One copy of the mandate data, in this process. */
export interface Copy {
  find(key: RecordKey): Found;
  write(write: Write): void;
  /** All it holds, as puts. */
  contents(): Generator<Write>;
  keys(): Iterable<RecordKey>;
  /** What it holds under one key. */
  putsUnder(key: RecordKey): Put[];
  pairs: Pairs;
}

interface Link {
  organisation: PartyId;
  mandateId: string;
}

export function makeCopy(): Copy {
  const records = new Map<RecordKey, Found>();
  const links = new Map<RecordKey, Map<string, Link>>();
  const pairs = makePairs();

  function putMandate(key: RecordKey, facts: MandateFacts): void {
    const others = listAt(key).filter((mandate) => mandate.mandate_id !== facts.mandate_id);
    records.set(key, [...others, facts].sort(byMandateId));
  }

  function dropMandate(key: RecordKey, mandateId: string): void {
    const rest = listAt(key).filter((mandate) => mandate.mandate_id !== mandateId);
    if (rest.length > 0) records.set(key, rest);
    else records.delete(key);
  }

  function listAt(key: RecordKey): MandateFacts[] {
    return (records.get(key) ?? []) as MandateFacts[]; // Under a `mandates` key stands nothing else.
  }

  function linksAt(key: RecordKey): Map<string, Link> {
    records.delete(key);
    const known = links.get(key) ?? new Map<string, Link>();
    links.set(key, known);
    return known;
  }

  function foldLinks(key: RecordKey): Found {
    const held = links.get(key);
    if (held === undefined || held.size === 0) return null;
    const organisations = [...new Set([...held.values()].map(({ organisation }) => organisation))].sort();
    records.set(key, organisations);
    return organisations;
  }

  function keys(): Set<RecordKey> {
    return new Set([...records.keys(), ...links.keys()]);
  }

  function putsUnder(key: RecordKey): Put[] {
    const [actor = ''] = parseRecordKey(key)?.parts ?? [];
    const entries = [...(links.get(key)?.values() ?? [])];
    return [
      ...putsOf(key, records.get(key) ?? null),
      ...entries.map((link) => ({ put: 'link' as const, actor, ...link })),
    ];
  }

  return {
    find: (key) => records.get(key) ?? foldLinks(key),
    write(write) {
      const key = touchedKey(write);
      if ('scope' in write) {
        if ('facts' in write) putMandate(key, write.facts);
        else dropMandate(key, write.mandateId);
      } else if ('actor' in write) {
        const { organisation, mandateId } = write;
        if ('put' in write) linksAt(key).set(`${organisation}|${mandateId}`, { organisation, mandateId });
        else linksAt(key).delete(`${organisation}|${mandateId}`);
      } else if ('put' in write) records.set(key, recordOf(write));
      else records.delete(key);
      pairs.write(write, records.has(key));
    },
    pairs,
    *contents() {
      for (const key of keys()) yield* putsUnder(key);
    },
    keys,
    putsUnder,
  };
}

function recordOf(write: Write): Found {
  if ('facts' in write) return write.facts as Found; // A list entry never comes here.
  return 'instances' in write ? { instances: write.instances } : true;
}

/** The puts that would make this record; links are held apart. */
export function putsOf(key: RecordKey, found: Found): Put[] {
  const parsed = parseRecordKey(key);
  if (parsed === undefined || found === null) return [];
  const [first = '', second = '', scope = ''] = parsed.parts;
  // The kind in the key says what the record is: `Records` ties them together.
  switch (parsed.kind) {
    case 'alias':
      return [{ put: 'alias', hmac: first, facts: found as never }];
    case 'party':
      return [{ put: 'party', party: first, facts: found as never }];
    case 'names':
      return [{ put: 'names', party: first, facts: found as never }];
    case 'service':
      return [{ put: 'service', serviceId: first, facts: found as never }];
    case 'definition':
      return [{ put: 'definition', serviceUuid: first, ...(found as { instances: string[] }) }];
    case 'branch':
      return [{ put: 'branch', party: first, branch: second }];
    case 'mandates':
      return (found as MandateFacts[]).map((facts) => ({
        put: 'mandate',
        represented: first,
        delegate: second,
        scope,
        facts,
      }));
    case 'links':
      return [];
  }
}

export function byMandateId(one: MandateFacts, other: MandateFacts): number {
  return one.mandate_id < other.mandate_id ? -1 : Number(one.mandate_id > other.mandate_id);
}
