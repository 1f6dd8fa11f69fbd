import pg from 'pg';
import type { TestProject } from 'vitest/node';
import { migrate } from '../../src/store/migrate.ts';
import { startTestPostgres, urlOfDatabase } from './postgres.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    postgresUrl: string;
    templateDatabase: string;
  }
}

/** One private cluster per run, with one migrated database from which each test file clones its own. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const server = await startTestPostgres();
  try {
    const templateDatabase = `machtig_template_${process.pid}`;
    const client = new pg.Client({ connectionString: server.url });
    client.on('error', () => {}); // A setup that fails stops the server under it.
    await client.connect();
    await client.query(`create database ${templateDatabase}`);
    await migrate(urlOfDatabase(server.url, templateDatabase));
    await client.end();
    project.provide('postgresUrl', server.url);
    project.provide('templateDatabase', templateDatabase);
  } catch (error) {
    await server.stop();
    throw error;
  }
  return server.stop;
}
