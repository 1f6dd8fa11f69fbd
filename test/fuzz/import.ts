import type pg from 'pg';
import { stringify } from 'yaml';
import { AppError } from '../../src/domain/errors.ts';
import { importRegister } from '../../src/register/import.ts';
import { readRegisterFile } from '../../src/register/read-file.ts';
import { makeKeys } from '../../src/store/keys.ts';
import type { Dice } from '../support/dice.ts';
import { REGISTER_FILE } from './register-file.ts';
import { Broken, bytes, type Target } from './target.ts';

const keys = makeKeys({ hmacKey: Buffer.alloc(32, 1), hmacKeyId: 'k1', sealKey: Buffer.alloc(32, 2) });

const WORDS = [
  ...['&a ', '*a', '<<: *a', '? ', '- ', ': ', '\n', '\n  ', '|', '>', '!!binary ', '!!js/function ', '---\n', '%YAML'],
  ...['null', '~', 'true', '.nan', '.inf', '0x10', '1e400', '2026-02-30', '2026-01-01T00:00:00+25:00', '"', "'", '\\'],
  ...['urn:nl:bsn:999990019', 'urn:nl:kvk:', 'all', '[]', '{}', '[all]', '__proto__', 'mandates', 'parties', '#', '\0'],
];

/** Whatever may stand where something else is meant. */
const ANYTHING = [
  ...[
    null,
    true,
    0,
    -1,
    1.5,
    1e21,
    '',
    ' ',
    'x',
    'all',
    [],
    {},
    [[]],
    [null],
    '2026-02-30',
    '9999-12-31',
    '0000-01-01',
  ],
  ...[
    'urn:nl:bsn:999990018',
    'urn:nl:kvk:90000001',
    'anna',
    'bakker',
    'x'.repeat(5000),
    'é\u{1F600}',
    'a\u0000b',
    '\ud800',
  ],
  ...[
    'employee',
    'statutory',
    'eh2',
    'eh4',
    'revoked',
    '3a000000-0000-4000-8000-000000000001',
    'urn:dienst:1',
    2147483648,
  ],
];

/**
 * The import of a register file into a real database: a file is taken whole, and the same once more changes nothing; or
 * it is refused with the place of every fault, and nothing was written.
 * @param pool of a database of its own, migrated
 */
export async function openImport(pool: pg.Pool): Promise<Target> {
  const digest = await digestOf(pool);
  const load = (text: string, replaceSource: boolean) => importRegister(text, { pool, keys, replaceSource });
  return {
    seeds: [bytes(JSON.stringify(REGISTER_FILE)), bytes(stringify(REGISTER_FILE))],
    words: WORDS,
    make(dice) {
      const made = altered(REGISTER_FILE, dice, dice.pick([0.001, 0.003, 0.01, 0.03]));
      return bytes(dice.next() < 0.6 ? JSON.stringify(made) : stringify(made));
    },
    async try(input) {
      const text = Buffer.from(input).toString();
      const fault = faultOf(() => readRegisterFile(text));
      if (fault !== undefined) return fault;
      const before = await digest();
      const replace = input.length % 2 === 0;
      try {
        await load(text, replace);
      } catch (thrown) {
        const says = refusal(thrown);
        if ((await digest()) !== before) throw new Broken(`refused (${says}), but half of it is written`);
        return `refused by the register: ${says}`;
      }
      const loaded = await digest();
      await load(text, replace);
      if ((await digest()) !== loaded) throw new Broken('the same file once more changed something');
      return loaded === before ? 'taken, nothing new' : 'taken';
    },
    close: async () => {},
  };
}

/** One text for all that stands in the tables. */
async function digestOf(pool: pg.Pool): Promise<() => Promise<string>> {
  const { rows } = await pool.query<{ name: string }>(
    `select table_name as name from information_schema.tables where table_schema = 'public' and table_type = 'BASE TABLE'
     order by 1`,
  );
  const parts = rows.map(
    ({ name }) => `select '${name}' as name, md5(string_agg(t::text, ' ' order by t::text)) as sum from "${name}" t`,
  );
  const query = `select string_agg(name || ' ' || coalesce(sum, ''), ' ' order by name) as all from (${parts.join(' union all ')}) x`;
  return async () => (await pool.query<{ all: string }>(query)).rows[0]?.all ?? '';
}

function faultOf(read: () => unknown): string | undefined {
  try {
    read();
    return undefined;
  } catch (thrown) {
    return `refused as a file: ${refusal(thrown)}`;
  }
}

/** The code, of a refusal that says where. */
function refusal(thrown: unknown): string {
  if (!(thrown instanceof AppError) || !['invalid_request', 'conflict'].includes(thrown.code)) throw thrown;
  if (thrown.code === 'invalid_request' && !thrown.faults.every(({ at, message }) => at !== '' && message !== '')) {
    throw new Broken(`a fault without a place: ${JSON.stringify(thrown.faults)}`);
  }
  return thrown.code;
}

/** The same tree, here and there something else, one more, or one less. */
function altered(value: unknown, dice: Dice, chance: number): unknown {
  if (dice.next() < chance / 2) return dice.pick(ANYTHING);
  if (Array.isArray(value)) {
    return value
      .filter(() => dice.next() >= chance / 2)
      .flatMap((one) => {
        const made = altered(one, dice, chance);
        return dice.next() < chance / 2 ? [made, made] : [made];
      });
  }
  if (typeof value !== 'object' || value === null) return dice.next() < chance / 4 ? dice.pick(ANYTHING) : value;
  const members = Object.entries(value).filter(() => dice.next() >= chance / 4);
  if (dice.next() < chance / 4)
    members.push([dice.pick(['x', 'status', 'ground', 'derived_from', 'renews']), dice.pick(ANYTHING)]);
  return Object.fromEntries(members.map(([name, inner]) => [name, altered(inner, dice, chance)]));
}
