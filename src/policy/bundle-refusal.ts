/** Why a bundle is not used, by stable code: docs/sre.md lists them, metrics and `GET /policy` name them. */
export const REFUSALS = {
  source_unavailable: 'The source cannot be reached or read, or answers too slowly.',
  source_refuses: 'The source answers with 4xx: wrong address or token.',
  source_redirects: 'The source sends elsewhere; redirects are never followed.',
  source_answer: 'The source answers with something else than a bundle or "unchanged".',
  too_large: 'It is larger than 16 MiB, as it came.',
  unpacks_too_large: 'It unpacks to more than 64 MiB.',
  damaged: 'It is no archive, is cut short, or holds something after its end.',
  unsafe_path: 'It holds a path that leads out of the archive, or that a terminal would obey.',
  unsafe_entry: 'It holds a link, a device, or anything else that is neither file nor empty folder.',
  doubled_file: 'It holds the same path twice.',
  too_many_files: 'It holds more than 1000 files and folders.',
  unsigned: 'It has no signature, and a key is configured.',
  signature_malformed: 'Its .signatures.json does not hold exactly one signature as OPA makes it.',
  key_unknown: 'It names no key, or another than the configured one.',
  signature_algorithm: 'It is signed with another algorithm than the configured one.',
  signature_invalid: 'Its signature is not of the configured key.',
  other_scope: 'It was signed for a scope, so for somebody else.',
  hash_algorithm: 'Its signature counts on a hash weaker than SHA-256.',
  file_altered: 'A file is not the one that was signed.',
  file_extra: 'It holds a file that was not signed.',
  file_missing: 'It lacks a file that was signed.',
  undated: 'Its signature does not say when it was issued (iat).',
  future_dated: 'It says that it was issued later than now.',
  not_newer: 'It was issued no later than the newest release seen, and no roll-back to it was asked for.',
  part_malformed: 'A part of it (manifest, data, rules, own cases) is missing or not as it must be.',
  revision_wrong: 'Its contents are not what its revision says.',
  entrypoint_missing: 'It cannot be asked what this process asks.',
  module_invalid: 'Its module is no WebAssembly of a policy.',
  builtin_missing: 'It needs built-in functions that WebAssembly does not have.',
  answer_malformed: 'It does not answer as such a policy does.',
  allows_nobody: 'It gives nobody authority for anything.',
  self_test_failed: 'It does not answer its own cases as it says it must.',
  other_input: 'It reads another kind of question than the one in use.',
  state_unwritable: 'It could not be kept on disk, without which order would not survive a restart.',
  too_costly: 'Looking at it takes more than 30 seconds, or more memory than it may.',
  internal: 'Something failed that is none of the above.',
} as const;

export type RefusalCode = keyof typeof REFUSALS;

/** A bundle that is not used. What was in use stays in use. */
export class BundleRefusal extends Error {
  readonly code: RefusalCode;
  /** Which release it was, where its signature vouches for that; `issuedAt` in seconds since 1970. */
  issued?: { revision: string; issuedAt: number };

  constructor(code: RefusalCode, message: string, options: { cause?: unknown } = {}) {
    super(message, options);
    this.name = 'BundleRefusal';
    this.code = code;
  }
}
