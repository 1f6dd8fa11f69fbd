/**
 * Cedar in process behind a bare node:http server. Cedar knows no "there is a mandate such that": it is asked once for
 * each path that travels with the question, until one is allowed. Usage: cedar.ts PORT FOLDER-OF-CEDAR POLICIES
 */
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Ask, WireMandate } from '../wire.ts';

interface Entity {
  type: string;
  id: string;
}

interface Call {
  principal: Entity;
  action: Entity;
  resource: Entity;
  context: object;
  preparsedPolicySetId: string;
  entities: [];
}

interface Answer {
  type: 'success' | 'failure';
  response?: { decision: 'allow' | 'deny'; diagnostics: { errors: unknown[] } };
  errors?: unknown;
}

interface Cedar {
  preparsePolicySet(id: string, policies: { staticPolicies: string }): { type: string; errors?: unknown };
  statefulIsAuthorized(call: Call): Answer;
}

interface Body {
  actor: string;
  represented: string;
  ask: Ask;
  direct: WireMandate[];
  chains: { first: WireMandate[]; second: WireMandate[] }[];
}

const [port, folder = '', policies = ''] = process.argv.slice(2);
const load = createRequire(join(folder, 'package.json'));
const cedar = load('@cedar-policy/cedar-wasm/nodejs') as Cedar;
const parsed = cedar.preparsePolicySet('shared', { staticPolicies: readFileSync(policies, 'utf8') });
if (parsed.type !== 'success') throw new Error(JSON.stringify(parsed.errors));

function isAllowed({ actor, represented }: Body, action: string, context: object): boolean {
  const answer = cedar.statefulIsAuthorized({
    principal: { type: 'Person', id: actor },
    action: { type: 'Action', id: action },
    resource: { type: 'Party', id: represented },
    context,
    preparsedPolicySetId: 'shared',
    entities: [],
  });
  const { response } = answer;
  if (response === undefined || response.diagnostics.errors.length > 0) throw new Error(JSON.stringify(answer));
  return response.decision === 'allow';
}

function decide(body: Body): boolean {
  const { ask, direct, chains } = body;
  if (direct.some((mandate) => isAllowed(body, 'use', { ask, mandate }))) return true;
  return chains.some(({ first: firsts, second: seconds }) =>
    firsts.some((first) => seconds.some((second) => isAllowed(body, 'use_through', { ask, first, second }))),
  );
}

createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    let [status, answer] = [200, ''];
    try {
      answer = JSON.stringify({ allow: decide(JSON.parse(Buffer.concat(chunks).toString())) });
    } catch (thrown) {
      [status, answer] = [500, String(thrown)];
    }
    response.writeHead(status, { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(answer) });
    response.end(answer);
  });
}).listen(Number(port), '127.0.0.1');
