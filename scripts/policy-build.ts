/** `npm run build:policy`: compiles every bundle that is committed, and writes what is made of the policies. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { BUNDLES, compile, root } from './policy-bundle.ts';
import { GENERATED } from './policy-generated.ts';

for (const one of BUNDLES) {
  const { bundle } = one;
  const startedAt = performance.now();
  const packed = compile(one);
  mkdirSync(dirname(join(root, bundle)), { recursive: true });
  writeFileSync(join(root, bundle), packed);
  console.log(`${bundle}: ${packed.length} bytes, ${Math.round(performance.now() - startedAt)} ms`);
}

for (const { path, make } of GENERATED) {
  writeFileSync(join(root, path), make());
  console.log(path);
}
