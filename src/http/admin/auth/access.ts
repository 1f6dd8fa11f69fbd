import { parse } from 'yaml';
import { AppError } from '../../../domain/errors.ts';
import { faultsOf } from '../../fields.ts';
import { type AccessFile, accessFile } from './access-form.ts';

/**
 * Parses the access file (YAML or JSON): who may come in, and how that is checked.
 * @throws AppError `invalid_request` with every fault and its place in the file
 */
export function parseAccess(text: string): AccessFile {
  let body: unknown;
  try {
    body = parse(text);
  } catch (cause) {
    const faults = [{ at: '', message: 'is neither YAML nor JSON' }];
    throw new AppError('invalid_request', 'the access file cannot be read', { faults, cause });
  }
  const parsed = accessFile.safeParse(body);
  if (parsed.success) return parsed.data;
  const faults = faultsOf(accessFile, body);
  throw new AppError('invalid_request', 'the access file is not as it should be', { faults });
}
