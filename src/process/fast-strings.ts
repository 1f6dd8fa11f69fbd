/**
 * Keeps the methods of texts fast. When a class extends `String`, as one in the client of Redis does, V8 keeps
 * `String.prototype` as a dictionary until it sees an object use it; texts are none. Compiled code then looks for
 * `charCodeAt` at every character (docs/decisions/0026-from-bytes-to-bytes.md). To be called once modules are loaded.
 */
export function keepStringsFast(): void {
  const text: { charCodeAt(at: number): number } = Object('text');
  // V8 takes note of what is used only once a function has run for a while.
  for (let times = 0; times < 1000; times++) text.charCodeAt(times);
}
