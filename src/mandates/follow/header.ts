import type { Header } from '../projection.ts';

/** What a reader expects of a projection before it believes a word of it. */
export type Expected = Pick<Header, 'layout' | 'keyId' | 'keyCheck'>;

/** Why a projection cannot be read with this key and this program, or undefined when it can. */
export function headerFault(found: Header, expected: Expected): string | undefined {
  if (found.layout !== expected.layout) {
    return `the projection has layout ${found.layout}; this program reads ${expected.layout}`;
  }
  if (found.keyId !== expected.keyId) {
    return `the projection was made with key '${found.keyId}'; this process was given '${expected.keyId}'`;
  }
  if (found.keyCheck !== expected.keyCheck) {
    return `the key given as '${expected.keyId}' is not the one that the projection was made with`;
  }
  return undefined;
}
