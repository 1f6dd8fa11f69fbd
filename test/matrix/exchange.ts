/** What is asked, and what is heard. */

export interface Sent {
  method: string;
  /** Below /v1. */
  path: string;
  body?: unknown;
  headers?: Readonly<Record<string, string>>;
}

export interface Heard {
  status: number;
  text: string;
  headers: Headers;
  /** Writing transactions that would have been committed. */
  commits: number;
}
