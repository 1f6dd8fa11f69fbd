import { describe, expect, it } from 'vitest';
import { makeShelf, type Shelved } from '../../src/evaluate/dossier-shelf.ts';

function aShelf(room: number) {
  const shelf = makeShelf<Shelved>(room, 1);
  return {
    shelf,
    /** Whether it is found; kept if it is wanted. */
    ask(name: string): boolean {
      if (shelf.get(name) !== undefined) return true;
      if (shelf.isWanted(name)) shelf.put({ name, bytes: 1, uses: 0, at: 0 });
      return false;
    },
  };
}

function share(count: number, one: (n: number) => boolean): number {
  let found = 0;
  for (let n = 0; n < count; n++) if (one(n)) found++;
  return found / count;
}

describe('a shelf with less room than is asked for', () => {
  it('keeps what it has when all are asked in turn', () => {
    const { shelf, ask } = aShelf(800);
    share(3000, (n) => ask(`${n % 1000}`));
    expect(share(1_000_000, (n) => ask(`${n % 1000}`))).toBe(0.8);
    expect(shelf.size()).toEqual({ bytes: 800, entries: 800 });
  });

  it('keeps what is asked for often while others are asked once', () => {
    const { ask } = aShelf(100);
    share(500, (n) => ask(`often ${n % 100}`));
    share(100_000, (n) => ask(n % 10 === 0 ? `often ${(n / 10) % 100}` : `once ${n}`));
    expect(share(100, (n) => ask(`often ${n}`))).toBe(1);
  });

  it('comes to keep what is asked for now', () => {
    const { ask } = aShelf(100);
    share(100_000, (n) => ask(`before ${n % 100}`));
    share(2_000_000, (n) => ask(`now ${n % 100}`));
    expect(share(100, (n) => ask(`now ${n}`))).toBe(1);
  });

  it('keeps nothing that is asked for once, and nothing larger than itself', () => {
    const { shelf, ask } = aShelf(100);
    share(50, (n) => ask(`once ${n}`));
    shelf.put({ name: 'large', bytes: 101, uses: 0, at: 0 });
    expect(shelf.size()).toEqual({ bytes: 0, entries: 0 });
  });

  it('counts the bytes of what it holds when something is put in place of another', () => {
    const { shelf } = aShelf(100);
    for (const bytes of [60, 30, 90]) shelf.put({ name: 'one', bytes, uses: 0, at: 0 });
    shelf.put({ name: 'other', bytes: 10, uses: 0, at: 0 });
    expect(shelf.size()).toEqual({ bytes: 100, entries: 2 });
    expect(shelf.get('one')?.bytes).toBe(90);
    shelf.clear();
    expect(shelf.get('one')).toBeUndefined();
  });
});
