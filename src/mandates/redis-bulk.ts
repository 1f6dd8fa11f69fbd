import { AppError } from '../domain/errors.ts';
import { readUuid } from './codec-bytes.ts';
import type { Grant } from './grant.ts';
import type { BulkLoad, Write } from './projection.ts';
import { makeFieldPacker } from './redis-fields.ts';
import { makeGrantPacker } from './redis-grants.ts';
import { partitionOfId } from './redis-layout.ts';
import type { Loader } from './redis-loader.ts';
import { makePairPacker } from './redis-pairs.ts';

export interface BulkOptions {
  loader: Loader;
  /** As in the name of the copy. */
  bits: number;
  partitionCount: number;
  leafBytes: number;
}

/** Packs what comes for each partition, where the record belongs by its first id; a pair by the represented. */
export function makeBulkLoad({ loader, bits, partitionCount, leafBytes }: BulkOptions): BulkLoad {
  const parts = Array.from({ length: partitionCount }, (_, index) => {
    const fields = makeFieldPacker(bits, (hash, packed) => loader.emit(index, 'fields', Buffer.from(hash), packed));
    const pairs = makePairPacker(leafBytes, fields, (key, value) => loader.emit(index, 'leaf', key, value));
    return { fields, pairs };
  });
  const grants = makeGrantPacker(leafBytes, (what, represented, key, value) => {
    loader.emit(partitionOfId(represented, partitionCount), what, key, value);
  });

  function partOf(id: Buffer): (typeof parts)[number] {
    const part = parts[partitionOfId(id, partitionCount)];
    if (part === undefined) throw new AppError('internal', 'a record belongs to no partition');
    return part;
  }

  return {
    party: (id, party) => partOf(id).fields.party(id, party),
    alias: (id, party, isActive) => partOf(id).fields.alias(id, party, isActive),
    branch: (party, branch) => partOf(party).fields.branch(party, branch),
    pair: (delegate, represented) => partOf(represented).pairs.pair(delegate, represented),
    grant(grant) {
      grants.add(grant);
      if (grant.secondLink) loader.add(linkOf(grant));
    },
    write: loader.add,
    settle: loader.settle,
    async end() {
      grants.end();
      for (const { fields, pairs } of parts) {
        pairs.end();
        fields.end();
      }
      await loader.settle();
    },
  };
}

function linkOf({ delegate, represented, id }: Grant): Write {
  return { put: 'link', actor: readUuid(delegate), organisation: readUuid(represented), mandateId: readUuid(id) };
}
