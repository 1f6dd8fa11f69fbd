import type { makeFieldPacker } from './redis-fields.ts';
import { emitTree } from './redis-tree.ts';

/** As in pairs.lua. */
const INLINE_AT_MOST = 64;
const ID = 16;
const ELSEWHERE = Buffer.from([0]);
const ROOT = Buffer.from('y:');

/** Gathers whom each delegate may act for in one partition; `leaf` keeps a string. `end` behind the last. */
export function makePairPacker(
  leafBytes: number,
  fields: Pick<ReturnType<typeof makeFieldPacker>, 'pairs'>,
  leaf: (key: Buffer, value: Buffer) => void,
) {
  let delegate: Buffer | undefined;
  let represented: Buffer[] = [];

  function end(): void {
    if (delegate === undefined) return;
    if (represented.length * ID <= INLINE_AT_MOST) fields.pairs(delegate, Buffer.concat(represented));
    else {
      const members = represented.map((id) => ({ id, bytes: id }));
      emitTree(Buffer.concat([ROOT, delegate]), members, leafBytes, leaf);
      fields.pairs(delegate, ELSEWHERE);
    }
    delegate = undefined;
    represented = [];
  }

  return {
    pair(of: Buffer, party: Buffer): void {
      if (!delegate?.equals(of)) {
        end();
        delegate = Buffer.from(of);
      }
      represented.push(Buffer.from(party));
    },
    end,
  };
}
