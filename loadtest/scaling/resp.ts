/** One reply of Redis (RESP 2): numbers, texts, null, lists of these. */
export type Reply = string | number | null | Reply[];

/**
 * The reply that begins at `at`, and where it ends; undefined while some of it has not arrived.
 * @throws Error on an error of Redis
 */
export function parseReply(bytes: Buffer, at = 0): { reply: Reply; end: number } | undefined {
  const line = bytes.indexOf('\r\n', at);
  if (line < 0) return undefined;
  const kind = bytes.toString('latin1', at, at + 1);
  const text = bytes.toString('latin1', at + 1, line);
  const begin = line + 2;
  if (kind === '-') throw new Error(`Redis: ${text}`);
  if (kind === ':') return { reply: Number(text), end: begin };
  if (kind === '+') return { reply: text, end: begin };
  const size = Number(text);
  if (size < 0) return { reply: null, end: begin };
  return kind === '$' ? parseText(bytes, begin, size) : parseList(bytes, begin, size);
}

function parseText(bytes: Buffer, begin: number, size: number): { reply: string; end: number } | undefined {
  const end = begin + size + 2;
  return end > bytes.length ? undefined : { reply: bytes.toString('latin1', begin, begin + size), end };
}

function parseList(bytes: Buffer, begin: number, size: number): { reply: Reply[]; end: number } | undefined {
  const reply: Reply[] = [];
  let end = begin;
  for (let i = 0; i < size; i++) {
    const item = parseReply(bytes, end);
    if (item === undefined) return undefined;
    reply.push(item.reply);
    end = item.end;
  }
  return { reply, end };
}

export function command(...words: (string | number)[]): Buffer {
  const texts = words.map(String);
  return Buffer.from(
    `*${texts.length}\r\n${texts.map((text) => `$${Buffer.byteLength(text)}\r\n${text}\r\n`).join('')}`,
  );
}
