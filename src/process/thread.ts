import { Worker, type WorkerOptions } from 'node:worker_threads';

/**
 * Starts a thread from a module that stands beside its caller. From a source tree that module is TypeScript, which a
 * thread learns to read by itself: loaders do not pass from one thread to another.
 * @param name of the module, without its extension
 */
export function startThread(name: string, beside: string, options: WorkerOptions = {}): Worker {
  const alone = { env: {}, execArgv: [], ...options };
  if (!beside.endsWith('.ts')) return new Worker(new URL(`${name}.js`, beside), alone);
  const [loader, module] = [import.meta.resolve('tsx/esm/api'), new URL(`${name}.ts`, beside).href];
  const text = `import('${loader}').then(({ register }) => (register(), import('${module}')))`;
  return new Worker(text, { ...alone, eval: true });
}
