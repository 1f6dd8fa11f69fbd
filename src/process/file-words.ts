const WORDS: Readonly<Record<string, string>> = {
  ENOENT: 'is not there',
  EEXIST: 'is there already',
  EISDIR: 'is a folder',
  ENOTDIR: 'lies in something that is no folder',
  EACCES: 'is not open to this user',
  EPERM: 'is not open to this user',
  EROFS: 'lies on a disk that cannot be written',
  ENOSPC: 'finds no room on its disk',
};

/** What Node says of a file, in words: `release.pem is there already`. Absent for any other failure. */
export function fileWords(thrown: unknown): string | undefined {
  if (!(thrown instanceof Error)) return undefined;
  const { code, path } = thrown as NodeJS.ErrnoException; // Both are looked at before they are used.
  const words = code === undefined ? undefined : WORDS[code];
  return words === undefined || typeof path !== 'string' ? undefined : `${path} ${words}`;
}
