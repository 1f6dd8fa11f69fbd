import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findTool, ROOT } from '../../src/workbench/tools.ts';
import { eventually } from '../support/eventually.ts';

interface Message {
  id?: number | string;
  method?: string;
  result?: unknown;
}

/** The language server that editors start, spoken to as they do (LSP over standard input and output). */
function startServer() {
  const child: ChildProcessWithoutNullStreams = spawn(findTool('regal', process.env), ['language-server']);
  const heard: Message[] = [];
  let unread = Buffer.of();
  child.stdout.on('data', (bytes: Buffer) => {
    unread = Buffer.concat([unread, bytes]);
    for (;;) {
      const head = unread.indexOf('\r\n\r\n');
      const length = Number(/Content-Length: (\d+)/.exec(unread.subarray(0, head).toString())?.[1]);
      if (head === -1 || unread.length < head + 4 + length) return;
      const message: Message = JSON.parse(unread.subarray(head + 4, head + 4 + length).toString());
      unread = unread.subarray(head + 4 + length);
      heard.push(message);
      // The server asks its editor things as well, and waits for an answer.
      if (message.method !== undefined && message.id !== undefined) send({ id: message.id, result: null });
    }
  });
  const send = (message: object) => {
    const text = JSON.stringify({ jsonrpc: '2.0', ...message });
    child.stdin.write(`Content-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`);
  };
  let last = 0;
  return {
    notify: (method: string, params: object) => send({ method, params }),
    async ask(method: string, params: object): Promise<unknown> {
      last += 1;
      const id = last;
      send({ id, method, params });
      const answered = () => heard.find((one) => one.id === id && one.method === undefined);
      return (await eventually(`${method} is answered`, answered)).result;
    },
    stop: () => child.kill(),
  };
}

describe('an editor with the Regal language server', () => {
  let workspace: string;
  let server: ReturnType<typeof startServer>;

  beforeAll(async () => {
    workspace = mkdtempSync(join(tmpdir(), 'machtig-editor-'));
    for (const name of ['policies', '.regal']) cpSync(join(ROOT, name), join(workspace, name), { recursive: true });
    server = startServer();
    const rootUri = pathToFileURL(workspace).href;
    const workspaceFolders = [{ uri: rootUri, name: 'project' }];
    await server.ask('initialize', { processId: process.pid, rootUri, workspaceFolders, capabilities: {} });
    server.notify('initialized', {});
  });
  afterAll(() => {
    server.stop();
    rmSync(workspace, { recursive: true, force: true });
  });

  /** What is proposed at the end of a rule that is being written in a file of this name. */
  async function proposed(file: string, name: string, written: string): Promise<string[]> {
    const uri = pathToFileURL(join(workspace, file)).href;
    const text = `package ${name}\n\nrule if {\n\t${written}\n}\n`;
    server.notify('textDocument/didOpen', { textDocument: { uri, languageId: 'rego', version: 1, text } });
    return eventually(`something is proposed for ${written}`, async () => {
      const position = { line: 3, character: written.length + 1 };
      const found = await server.ask('textDocument/completion', { textDocument: { uri }, position });
      const { items } = Object(found) as { items?: { label: string }[] };
      const labels = (items ?? []).map(({ label }) => label).filter((label) => label.startsWith('input.'));
      return labels.length > 0 && labels;
    });
  }

  it('completes what rules of decisions read', async () => {
    const labels = await proposed('policies/authz/trial.rego', 'authz.trial', 'input.re');
    expect(labels).toContain('input.request.min_loa');
    expect(labels).toContain('input.represented.party.kvk');
    expect(labels).not.toContain('input.act.name');
  });

  it('completes what rules of managing read', async () => {
    const labels = await proposed('policies/admin/trial.rego', 'admin.trial', 'input.act');
    expect(labels).toContain('input.act.name');
    expect(labels).not.toContain('input.request.min_loa');
  });
});
