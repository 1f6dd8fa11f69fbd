/** `npm run build:policy`: compiles every bundle that is committed, and writes what is made of the policies. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { compile, FOLDERS, root } from './policy-bundle.ts';
import { GENERATED } from './policy-generated.ts';

for (const folder of FOLDERS) {
  if (folder.bundle === undefined) continue;
  const startedAt = performance.now();
  const packed = await compile(folder);
  mkdirSync(dirname(folder.bundle), { recursive: true });
  writeFileSync(folder.bundle, packed);
  const ms = Math.round(performance.now() - startedAt);
  console.log(`${relative(root, folder.bundle)}: ${packed.length} bytes, ${ms} ms`);
}

for (const { path, make } of GENERATED) {
  writeFileSync(join(root, path), make());
  console.log(path);
}
