import type { z } from 'zod';
import { AppError, type Fault } from '../domain/errors.ts';
import { checkFile } from './check-file.ts';
import { type RegisterFile, registerFile } from './file.ts';
import { type Path, readSource } from './places.ts';

export interface ReadFile {
  file: RegisterFile;
  placeOf(path: Path): string;
}

/**
 * Reads a register file and finds all that can be said against it without the database: form, unknown keys,
 * identifiers, doubles, references within the file.
 * @throws AppError `invalid_request` with every fault and its place
 */
export function readRegisterFile(text: string): ReadFile {
  const source = readSource(text);
  refuse(source.faults);
  const parsed = registerFile.safeParse(source.value);
  if (!parsed.success) {
    refuse(parsed.error.issues.flatMap((issue) => toFaults(issue, source.placeOf)));
    throw parsed.error;
  }
  refuse(checkFile(parsed.data).map(({ path, message }) => ({ at: source.placeOf(path), message })));
  return { file: parsed.data, placeOf: source.placeOf };
}

export function refuse(faults: readonly Fault[]): void {
  if (faults.length > 0) throw new AppError('invalid_request', 'the register file has faults', { faults });
}

function toFaults(issue: z.core.$ZodIssue, placeOf: (path: Path) => string): Fault[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({ at: placeOf([...issue.path, key]), message: 'is not a known key' }));
  }
  return [{ at: placeOf(issue.path), message: issue.message }];
}
