import { resolve } from 'node:path';
import { z } from 'zod';
import type { Complaint, Stage } from './complaint.ts';
import { inPlainWords, type OpaError } from './plain-words.ts';

const Errors = z.object({
  errors: z.array(
    z.object({
      message: z.string(),
      code: z.string().default(''),
      location: z.object({ file: z.string(), row: z.number(), col: z.number() }).optional(),
      details: z.unknown().optional(),
    }),
  ),
});

/** `file:row: code: message`, alone or behind `1 error occurred:`; some tools put words of their own before it. */
const LINE = /(?:^|: |\s)([^\s:]+\.rego):(\d+): (\w+_error): (.*)$/;

/**
 * What OPA says is wrong, as JSON or as text, in plain words; names of files are relative to `cwd`.
 * What is no error in either form comes as it stands.
 */
export function opaComplaints(stage: Stage, said: string, cwd: string): Complaint[] {
  const found = fromJson(said) ?? fromText(said);
  if (found.length === 0) return [{ stage, says: said.trim() || 'it failed and did not say why' }];
  return found.map((error) => ({
    stage,
    ...(error.file !== undefined && { file: resolve(cwd, error.file), line: error.line }),
    ...(error.column !== undefined && error.column > 0 && { column: error.column }),
    ...inPlainWords(error),
  }));
}

function fromJson(said: string): OpaError[] | undefined {
  const at = said.indexOf('{');
  if (at === -1) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(said.slice(at));
  } catch {
    return undefined;
  }
  const parsed = Errors.safeParse(value);
  return parsed.data?.errors.map(({ message, code, location, details }) => ({
    code,
    message,
    details,
    ...(location && { file: location.file, line: location.row, column: location.col }),
  }));
}

function fromText(said: string): OpaError[] {
  return said.split('\n').flatMap((line) => {
    const [, file, row, code = '', message = ''] = LINE.exec(line) ?? [];
    return file === undefined ? [] : [{ code, message, file, line: Number(row), details: undefined }];
  });
}
