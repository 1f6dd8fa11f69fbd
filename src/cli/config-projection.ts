import { z } from 'zod';
import { notes } from './config-forms.ts';

export const PROJECTION_NAME = z
  .string()
  .regex(/^[a-z0-9-]{1,32}$/, 'must be 1 to 32 lower case letters, digits and hyphens')
  .default('main')
  .meta(
    notes(
      'Name of the projection that `sync` leads; one of another name, in another Redis, has a leader of its own (see sre.md).',
      '1 to 32 of a-z, 0-9 and -',
    ),
  );
