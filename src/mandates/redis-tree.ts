const ID_DIGITS = 32;

/** What stands under a root, by the id it begins with (leaf.lua). */
export interface TreeMember {
  id: Buffer;
  bytes: Buffer;
}

/** As `store` in tree.lua: one leaf, or leaves by the next digit and a string that says which there are. */
export function emitTree(
  key: Buffer,
  members: readonly TreeMember[],
  leafBytes: number,
  emit: (key: Buffer, value: Buffer) => void,
  depth = 0,
): void {
  if (members.length === 0) return;
  const size = members.reduce((sum, { bytes }) => sum + bytes.length, 0);
  if (size <= leafBytes || depth === ID_DIGITS) {
    emit(
      key,
      Buffer.concat(
        members.map(({ bytes }) => bytes),
        size,
      ),
    );
    return;
  }
  let bits = 0;
  for (let digit = 0; digit < 16; digit++) {
    const under = members.filter(({ id }) => digitOf(id, depth) === digit);
    if (under.length === 0) continue;
    bits |= 1 << digit;
    emitTree(Buffer.concat([key, Buffer.from(digit.toString(16))]), under, leafBytes, emit, depth + 1);
  }
  emit(key, Buffer.from([0, bits >> 8, bits & 255]));
}

function digitOf(id: Buffer, depth: number): number {
  const byte = id[depth >> 1] ?? 0;
  return depth % 2 === 0 ? byte >> 4 : byte & 15;
}
