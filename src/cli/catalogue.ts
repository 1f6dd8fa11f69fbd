import { importAsOperator } from '../administer/catalogue/import/import-catalogue.ts';
import { readText } from '../register/read-file.ts';
import { loadConfig } from './config.ts';
import { withPool } from './register.ts';
import type { Terminal } from './terminal.ts';

/** `machtig catalogue import FILE`: tells every difference; with `apply` takes it over, all or nothing. */
export async function runCatalogueImport(
  { env, out }: Terminal,
  file: string,
  { apply }: { apply: boolean },
): Promise<void> {
  const config = loadConfig(env, 'operate');
  const xml = await readText(file, 'service catalogue');
  const { text, applied } = await withPool(config, (pool) => importAsOperator(pool, xml, { apply }));
  out.write(`${text.trimEnd()}\n${applied ? 'applied' : 'nothing was applied: repeat with --apply'}\n`);
}
