import { describe, expect, it } from 'vitest';
import { readAnswers, readPlain } from '../fuzz/door-answers.ts';
import { Broken } from '../fuzz/target.ts';

const head = 'HTTP/1.1 404 Not Found\r\ncontent-length: 4\r\n\r\n';
const read = (came: string, sent: string) =>
  readAnswers(Buffer.from(came), Buffer.from(sent)).map(({ status, body }) => [status, body]);

describe('answers read by the fuzzer', () => {
  it('are one behind another', () => {
    expect(read(`${head}none${head}gone`, 'GET / HTTP/1.1\r\n\r\n')).toEqual([
      [404, 'none'],
      [404, 'gone'],
    ]);
  });

  it('have no body for HEAD, whatever length is announced', () => {
    expect(read(head, 'HEAD /\r\n\r\n')).toEqual([[404, '']]);
    expect(read(`${head}${head}none`, 'HEAD / HTTP/1.1\r\n\r\nGET / HTTP/1.1\r\n\r\n')).toEqual([
      [404, ''],
      [404, 'none'],
    ]);
  });

  it('are not whole with less than they announce', () => {
    expect(() => read(head, 'GET / HTTP/1.1\r\n\r\n')).toThrow(Broken);
    expect(() => read(`${head}non`, 'HEAD / HTTP/1.1\r\n\r\n')).toThrow(Broken);
  });
});

describe('a request that both doors are asked', () => {
  const plain = (host: string) =>
    readPlain(Buffer.from(`POST /v1/decision HTTP/1.1\r\n${host}content-length: 2\r\n\r\n{}`))?.path;

  it('has a host that is one', () => {
    expect(plain('host: localhost:8181\r\n')).toBe('/v1/decision');
    for (const host of ['', 'host: t r\r\n', 'host: ::\r\n']) expect(plain(host)).toBeUndefined();
  });
});
