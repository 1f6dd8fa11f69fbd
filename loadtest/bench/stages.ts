/** One function on the stack of a sample. */
export interface Frame {
  functionName: string;
  url: string;
}

/** What V8 itself says of a sample that runs no function. */
const OUTSIDE = new Map([
  ['(garbage collector)', '8 garbage collection'],
  ['(program)', '9 Node and kernel outside JavaScript'],
]);

/** Node's calls into the kernel that send. */
const SENDS = /^(writev|write(Utf8|Latin1|Ascii|Ucs2)String|writeBuffer)$/;

/** Files of the built program, most special first; the digit puts them in the order of a decision. */
const PLACES: readonly (readonly [RegExp, string])[] = [
  [/^wasm:/, '4 policy: the rules in WebAssembly'],
  [/\/dist\/policy\//, '4 policy: input and result'],
  [/\/dist\/store\/keys/, '2 identifiers: HMAC'],
  [/\/dist\/(mandates|store)\//, '3 facts: look-ups'],
  [/\/dist\/evaluate\/(gather|find-|scopes|reading|strand|incomplete|dossier)/, '3 facts: gathered for the question'],
  [/\/dist\/(records\/|evaluate\/(record|remember))/, '5 decision record'],
  [/\/dist\/http\/(answer|respond|problem|after)/, '6 answer'],
  [/\/dist\/http\//, '1 question: read and checked'],
  [/\/dist\//, '5 evaluation around the policy'],
  [/^node:internal\/(process\/(task_queues|promises)|timers)/, '7 promises and timers'],
  [/^node:/, '0 node:http and sockets'],
];

/**
 * The stage that a sample belongs to; `stack` has the running function first. What Node does on behalf of our code counts
 * as ours; only sending stands apart.
 * @returns undefined when the process was idle
 */
export function stageOf(stack: readonly Frame[]): string | undefined {
  const leaf = stack[0]?.functionName ?? '';
  if (leaf === '(idle)') return undefined;
  const outside = OUTSIDE.get(leaf);
  if (outside !== undefined) return outside;
  if (SENDS.test(leaf)) return '7 send: writes into the kernel';
  const ours = stack.find(({ url }) => url.includes('/dist/') || url.startsWith('wasm:'));
  const frame = ours ?? stack.find(({ url }) => url.startsWith('node:'));
  return PLACES.find(([place]) => place.test(frame?.url ?? ''))?.[1] ?? '9 Node and kernel outside JavaScript';
}
