const HEADER = 8;
/** WebAssembly core specification, section 5.5: the binary format of modules. */
const MEMORY_SECTION = 5;

/**
 * Whether a module brings a memory of its own, which nothing here would bound. OPA's modules import theirs. Of bytes that
 * are no module the answer means nothing.
 */
export function hasOwnMemory(wasm: Uint8Array): boolean {
  let at = HEADER;
  while (at < wasm.length) {
    if (wasm[at] === MEMORY_SECTION) return true;
    const { value, next } = unsigned(wasm, at + 1);
    at = next + value;
  }
  return false;
}

/** LEB128 of at most 32 bits. */
function unsigned(bytes: Uint8Array, from: number): { value: number; next: number } {
  let value = 0;
  for (let index = 0; index < 5; index += 1) {
    const byte = bytes[from + index] ?? 0;
    value += (byte & 0x7f) * 2 ** (7 * index);
    if (byte < 0x80) return { value, next: from + index + 1 };
  }
  return { value, next: from + 5 };
}
