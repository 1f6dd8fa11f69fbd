#!/usr/bin/env node
// From a source tree the TypeScript runs as it is; an installed machtig has only `dist`.
import { existsSync } from 'node:fs';

const source = new URL('../src/main.ts', import.meta.url);

if (existsSync(source)) {
  const { register } = await import('tsx/esm/api');
  register();
  await import(source.href);
} else {
  await import(new URL('../dist/main.js', import.meta.url).href);
}
