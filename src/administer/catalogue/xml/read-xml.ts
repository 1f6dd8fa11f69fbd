import { SaxesParser, type SaxesTagNS } from 'saxes';
import { AppError } from '../../../domain/errors.ts';

/** An element, with where it begins in the text. */
export interface XmlElement {
  /** Namespace. */
  uri: string;
  /** Name without prefix. */
  name: string;
  /** By `{namespace}name`, or by name alone without one. */
  attributes: ReadonlyMap<string, string>;
  children: XmlElement[];
  /** All text directly in it, trimmed. */
  text: string;
  /** `line:column` */
  at: string;
}

const MAX_CHARACTERS = 4 * 1024 * 1024;
const MAX_DEPTH = 32;
const MAX_ELEMENTS = 200_000;

/**
 * Reads XML 1.0 in UTF-8 into a tree. What could make it larger than it looks, or reach outside of it, is refused: a
 * document type, and with it every entity but the five of XML itself; depth and size beyond any catalogue.
 * @throws AppError `invalid_request` | `body_too_large`, with the place of the first fault
 */
export function parseXml(text: string): XmlElement {
  if (text.length > MAX_CHARACTERS) throw new AppError('body_too_large', 'the XML is larger than any catalogue');
  const parser = new SaxesParser({ xmlns: true, position: true });
  const root = holder();
  const open: XmlElement[] = [root];
  let elements = 0;
  let startedAt = '';
  const place = () => `${parser.line}:${parser.column}`;
  parser.on('error', ({ message }) => {
    throw refused(place(), message.replace(/^[0-9]+:[0-9]+: /, '').slice(0, 200));
  });
  parser.on('doctype', () => {
    throw refused(place(), 'a document type is not taken: no entities, nothing from elsewhere');
  });
  parser.on('xmldecl', ({ version, encoding }) => {
    if (version !== '1.0') throw refused(place(), 'must be XML 1.0');
    if (encoding !== undefined && !/^utf-?8$/i.test(encoding)) throw refused(place(), 'must be UTF-8');
  });
  parser.on('opentagstart', () => {
    elements += 1;
    startedAt = place();
    if (open.length > MAX_DEPTH) throw refused(startedAt, `is nested deeper than ${MAX_DEPTH} levels`);
    if (elements > MAX_ELEMENTS) throw refused(startedAt, `has more than ${MAX_ELEMENTS} elements`);
  });
  parser.on('opentag', (tag) => {
    const element = toElement(tag, startedAt);
    open.at(-1)?.children.push(element);
    open.push(element);
  });
  const addText = (more: string) => {
    const inside = open.at(-1);
    if (inside) inside.text += more;
  };
  parser.on('text', addText);
  parser.on('cdata', addText);
  parser.on('closetag', () => {
    const closed = open.pop();
    if (closed) closed.text = closed.text.trim();
  });
  parser.write(text).close();
  const [first] = root.children;
  if (first === undefined) throw refused('1:0', 'the body is empty; a service catalogue is needed');
  return first;
}

function holder(): XmlElement {
  return { uri: '', name: '', attributes: new Map(), children: [], text: '', at: '1:0' };
}

function toElement({ uri, local, attributes }: SaxesTagNS, at: string): XmlElement {
  const named = Object.values(attributes).map(({ uri: space, local: name, value }): [string, string] => [
    space === '' ? name : `{${space}}${name}`,
    value,
  ]);
  return { uri, name: local, attributes: new Map(named), children: [], text: '', at };
}

function refused(at: string, message: string): AppError {
  return new AppError('invalid_request', 'the body is no XML that is taken', { faults: [{ at, message }] });
}
