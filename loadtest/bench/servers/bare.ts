/** The floor: a constant answer from `node:http`, the body not even read. Usage: bare.ts PORT SOCKET */
import { createServer, type RequestListener } from 'node:http';
import { ANSWER } from './answer.ts';

const [, , port = '0', socket = ''] = process.argv;
const length = Buffer.byteLength(ANSWER);

const answer: RequestListener = (_request, response) => {
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': length });
  response.end(ANSWER);
};

for (const address of [{ host: '127.0.0.1', port: Number(port) }, { path: socket }]) {
  createServer({ keepAliveTimeout: 60_000 }, answer).listen(address);
}
