import { readFile } from 'node:fs/promises';
import { AppError, type Fault } from '../domain/errors.ts';
import { formFaults } from '../domain/faults.ts';
import { checkFile } from './check-file.ts';
import { type RegisterFile, registerFile } from './file.ts';
import { inFileOrder, type Path, readSource } from './places.ts';

export interface ReadFile {
  file: RegisterFile;
  placeOf(path: Path): string;
}

/** @throws AppError `invalid_request` with the file's name when it cannot be read */
export async function readText(path: string, what = 'register file'): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown';
    const why = UNREADABLE[code] ?? `cannot be read (${code})`;
    throw new AppError('invalid_request', `the ${what} ${path} ${why}`, { cause });
  }
}

const UNREADABLE: Readonly<Record<string, string>> = {
  ENOENT: 'does not exist',
  ENOTDIR: 'does not exist',
  EISDIR: 'is a directory',
  EACCES: 'may not be read by this user',
};

/**
 * Reads a register file and finds all that can be said against it without the database: form, unknown keys,
 * identifiers, doubles, references within the file.
 * @throws AppError `invalid_request` with every fault and its place
 */
export function readRegisterFile(text: string): ReadFile {
  const { value, faults, placeOf } = readSource(text);
  refuse(faults);
  const parsed = registerFile.safeParse(value, { reportInput: true });
  const found = parsed.success ? checkFile(parsed.data) : parsed.error.issues.flatMap(formFaults);
  refuse(found.map(({ path, message }) => ({ at: placeOf(path), message })));
  if (!parsed.success) throw parsed.error;
  return { file: parsed.data, placeOf };
}

/** @throws AppError `invalid_request` with the faults in the order of the file, unless there are none */
export function refuse(faults: readonly Fault[]): void {
  if (faults.length === 0) return;
  throw new AppError('invalid_request', 'the register file has faults', { faults: inFileOrder(faults) });
}
