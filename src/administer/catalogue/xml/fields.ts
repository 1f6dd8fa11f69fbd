import type { Fault } from '../../../domain/errors.ts';
import type { Loa } from '../../../domain/facts.ts';
import type { Represented } from './catalogue-file.ts';
import type { XmlElement } from './read-xml.ts';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const LANGUAGE = '{http://www.w3.org/XML/1998/namespace}lang';
const LEVELS: Readonly<Record<string, Loa>> = {
  'urn:etoegang:core:assurance-class:loa2': 'eh2',
  'urn:etoegang:core:assurance-class:loa2plus': 'eh2plus',
  'urn:etoegang:core:assurance-class:loa3': 'eh3',
  'urn:etoegang:core:assurance-class:loa4': 'eh4',
};
/** Dropped in 2021 (R85). */
const BELOW = 'urn:etoegang:core:assurance-class:loa1';
const ORGANISATIONS = ['KvKnr', 'RSIN', 'eIDASLegalIdentifier'];
const PERSONS = ['BSN', 'Pseudo', 'PseudoID'];

/** Reads the children of an element; what is wrong goes into `faults`, and something of the right type comes back. */
export function makeFields(faults: Fault[]) {
  const fault = (at: string, message: string) => {
    faults.push({ at, message });
  };
  const all = (parent: XmlElement, name: string) => parent.children.filter((child) => child.name === name);
  const only = (parent: XmlElement, name: string, judge: (text: string) => string | undefined): string => {
    const [child] = all(parent, name);
    // That it is missing has been told already.
    if (child === undefined) return '';
    const wrong = judge(child.text);
    if (wrong !== undefined) fault(child.at, `${name} ${wrong}`);
    return child.text;
  };
  return {
    fault,
    all,
    only,
    oin: (parent: XmlElement, name: string) =>
      only(parent, name, (text) => (/^[0-9]{20}$/.test(text) ? undefined : 'must be twenty digits')),
    uuid: (parent: XmlElement, name: string) =>
      only(parent, name, (text) => (UUID.test(text.toLowerCase()) ? undefined : 'must be a UUID')).toLowerCase(),
    /** In Dutch, or else in the language that comes first. Every language keeps to the length. */
    localized(parent: XmlElement, name: string, most: number): string {
      const given = all(parent, name);
      for (const one of given) {
        if (one.text === '') fault(one.at, `${name} is empty`);
        if (one.text.length > most) fault(one.at, `${name} must have at most ${most} characters`);
        if (!one.attributes.get(LANGUAGE)) fault(one.at, `${name} needs xml:lang`);
      }
      const dutch = given.find((one) => /^nl\b/i.test(one.attributes.get(LANGUAGE) ?? ''));
      return (dutch ?? given[0])?.text ?? '';
    },
    level(parent: XmlElement): Loa {
      const text = only(parent, 'AuthnContextClassRef', (value) => {
        if (value === BELOW) return 'is below eh2, the lowest level that there is';
        return Object.hasOwn(LEVELS, value) ? undefined : 'must be a level of eTD: loa2, loa2plus, loa3 or loa4';
      });
      return LEVELS[text] ?? 'eh4';
    },
  };
}

export type Fields = ReturnType<typeof makeFields>;

/** Undefined when no type is named, or one that does not tell. */
export function representedBy(types: readonly XmlElement[]): Represented | undefined {
  const names = types.map(({ text }) => /:EntityConcernedID:([^:]+)$/.exec(text)?.[1] ?? '');
  if (names.length === 0 || names.some((name) => ![...ORGANISATIONS, ...PERSONS].includes(name))) return undefined;
  return {
    organisations: names.some((name) => ORGANISATIONS.includes(name)),
    persons: names.some((name) => PERSONS.includes(name)),
  };
}
