import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { serveAdmin } from '../../src/http/admin/serve.ts';
import { startAdminWorld } from '../support/admin.ts';
import { anAdminHttp } from '../support/admin-http.ts';

/** Set by `npm run fuzz:schemathesis`, which knows where it is. */
const { SCHEMATHESIS: command, FUZZ_MINUTES: minutes = '2', FUZZ_SEED: seed = '1' } = process.env;

/** `positive_data_acceptance` would take a refusal by the rules for a fault; who is known by what, it cannot know. */
const CHECKS = [
  'not_a_server_error',
  'status_code_conformance',
  'content_type_conformance',
  'response_headers_conformance',
  'response_schema_conformance',
  'negative_data_rejection',
  'missing_required_header',
  'unsupported_method',
  'allow_header_conformance',
  'ignored_auth',
];

it.skipIf(command === undefined).each(['registrar', 'karin@eh3'])(
  'Schemathesis finds nothing as %s',
  { timeout: Number(minutes) * 60_000 + 120_000 },
  async (caller) => {
    const world = await startAdminWorld();
    const { app } = anAdminHttp(world);
    const server = await serveAdmin(app, { tcp: { host: '127.0.0.1', port: 0 }, drainMs: 100 });
    const run = spawn(
      command ?? '',
      [
        ...['--config-file', join(import.meta.dirname, 'schemathesis.toml')],
        ...['run', `${server.url}/v1/openapi.json`, '--url', `${server.url}/v1`],
        ...['--header', `Authorization: Bearer ${caller}`, '--checks', CHECKS.join(',')],
        ...['--max-time', String(Math.max(1, Math.round(Number(minutes) * 30))), '--seed', seed],
        ...['--phases', 'examples,coverage,fuzzing', '--warnings', 'off', '--no-color'],
      ],
      // It keeps notes where it runs.
      { stdio: 'inherit', cwd: mkdtempSync(join(tmpdir(), 'machtig-schemathesis-')) },
    );
    const [status] = await once(run, 'exit');
    await server.close();
    await world.close();
    expect(status).toBe(0);
  },
);
