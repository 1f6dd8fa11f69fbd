import { type Listening, type ListenOptions, serve } from '../serve.ts';
import type { AdminApp } from './app.ts';

/** Port of the admin API. */
export const ADMIN_PORT = 8282;

/** Opens the admin port: plain, with TLS, or with client certificates as well. Nobody reaches it over a Unix socket. */
export function serveAdmin(
  app: AdminApp,
  { tcp, ...options }: Omit<ListenOptions, 'socket' | 'tcp'> & { tcp: { host: string; port: number } },
): Promise<Listening> {
  return serve({ fetch: app.fetch }, { ...options, tcp });
}
