/** The framework alone: a constant answer from Hono, the body not read. Usage: hono.ts PORT SOCKET */
import { createServer } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import { Hono } from 'hono';
import { ANSWER } from './answer.ts';

const [, , port = '0', socket = ''] = process.argv;
const constant: unknown = JSON.parse(ANSWER);
const app = new Hono().post('/access/v1/evaluation', (c) => c.json(constant));

for (const address of [{ host: '127.0.0.1', port: Number(port) }, { path: socket }]) {
  createServer({ keepAliveTimeout: 60_000 }, getRequestListener(app.fetch)).listen(address);
}
