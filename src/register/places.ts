import { type Document, isMap, isPair, isScalar, LineCounter, parseDocument, visit } from 'yaml';
import { type Fault, toError } from '../domain/errors.ts';

/** Where in a document something stands: the keys and indices that lead to it. */
export type Path = readonly PropertyKey[];

export interface Source {
  value: unknown;
  faults: Fault[];
  /** `line:column /json/pointer`; of the nearest thing that is there, when what `path` names is not. */
  placeOf(path: Path): string;
}

/** Reads YAML, and JSON, which is YAML too, remembering where everything stands. */
export function readSource(text: string): Source {
  const lines = new LineCounter();
  // Warnings would show what stands in the file, on standard error.
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, logLevel: 'error' });
  const place = (offset: number) => {
    const { line, col } = lines.linePos(offset);
    return `${line}:${col}`;
  };
  const faults = document.errors.map((error) => ({ at: place(error.pos[0]), message: error.message }));
  const offsetOf = (path: Path): number => {
    for (let length = path.length; length > 0; length--) {
      const parent: unknown = length === 1 ? document.contents : document.getIn(path.slice(0, length - 1), true);
      const last = path[length - 1];
      const pair = isMap(parent)
        ? parent.items.find((item) => isPair(item) && isScalar(item.key) && item.key.value === last)
        : undefined;
      const node: unknown = pair?.key ?? document.getIn(path.slice(0, length), true);
      if (hasRange(node)) return node.range[0];
    }
    return document.contents?.range?.[0] ?? 0;
  };
  const value =
    faults.length > 0 ? undefined : toValue(document, (at, message) => faults.push({ at: place(at), message }));
  return {
    value,
    faults,
    placeOf: (path) => `${place(offsetOf(path))} ${toPointer(path)}`,
  };
}

/** Aliases are followed last: to names that nobody gave, or to so many copies that no memory would hold them. */
function toValue(document: Document, add: (at: number, message: string) => void): unknown {
  try {
    return document.toJS();
  } catch (thrown) {
    let at: number | undefined;
    visit(document, {
      Alias(_, alias) {
        if (at === undefined || alias.resolve(document) === undefined) at = alias.range?.[0];
      },
    });
    add(at ?? 0, toError(thrown).message);
    return undefined;
  }
}

/** The same faults by line and column. */
export function inFileOrder(faults: readonly Fault[]): Fault[] {
  const placed = faults.map((fault) => ({ fault, place: fault.at.split(/[ :]/, 2).map(Number) }));
  placed.sort(({ place: [a = 0, b = 0] }, { place: [c = 0, d = 0] }) => a - c || b - d);
  return placed.map(({ fault }) => fault);
}

function toPointer(path: Path): string {
  return path.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('') || '/';
}

function hasRange(node: unknown): node is { range: [number, ...number[]] } {
  return typeof node === 'object' && node !== null && 'range' in node && Array.isArray(node.range);
}
