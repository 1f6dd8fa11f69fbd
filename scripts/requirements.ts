/** `npm run requirements`: writes the section of docs/requirements.md that is made from operations, jobs and rules. */
import { writeFileSync } from 'node:fs';
import { requirementsPage } from './requirements-table.ts';

writeFileSync(new URL('../docs/requirements.md', import.meta.url), requirementsPage());
