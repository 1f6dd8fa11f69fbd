import { describe, expect, it } from 'vitest';
import { readCatalogue } from '../../src/administer/catalogue/xml/read-catalogue.ts';
import type { AppError } from '../../src/domain/errors.ts';
import { BSN, catalogueXml, KVK, wrap } from '../support/catalogue-xml.ts';

const OIN = '00000003800000020000';
const UUID = '5e000000-0000-4000-8000-000000000001';
const id = (n: number, oin = OIN) => `urn:etoegang:DV:${oin}:services:${n}`;
const one = catalogueXml({ oin: OIN, definitions: [{ uuid: UUID }], instances: [{ id: id(1), of: UUID }] });

function faultsOf(xml: string): readonly { at: string; message: string }[] {
  try {
    readCatalogue(xml);
  } catch (error) {
    expect(error).toMatchObject({ name: 'AppError' });
    return (error as AppError).faults; // Just matched.
  }
  return [];
}
const lineOf = (xml: string, part: string) => xml.slice(0, xml.indexOf(part)).split('\n').length;

describe('a service catalogue', () => {
  it('is read, in Dutch where there is Dutch', () => {
    expect(readCatalogue(one).providers).toMatchObject([
      {
        oin: OIN,
        definitions: [{ service_uuid: UUID, name: 'Een dienst', loa: 'eh3', branches: false }],
        instances: [{ service_id: id(1), service_uuid: UUID, portal_for: [] }],
      },
    ]);
  });

  it.each([
    ['loa2', 'eh2'],
    ['loa2plus', 'eh2plus'],
    ['loa3', 'eh3'],
    ['loa4', 'eh4'],
  ])('takes %s for %s', (loa, level) => {
    const xml = catalogueXml({ oin: OIN, definitions: [{ uuid: UUID, loa }], instances: [] });
    expect(readCatalogue(xml).providers[0]?.definitions[0]?.loa).toBe(level);
  });

  it('is refused below eh2', () => {
    const xml = catalogueXml({ oin: OIN, definitions: [{ uuid: UUID, loa: 'loa1' }], instances: [] });
    expect(faultsOf(xml)).toMatchObject([{ message: expect.stringContaining('below eh2') }]);
  });

  it.each([
    [[KVK], { organisations: true, persons: false }],
    [[BSN], { organisations: false, persons: true }],
    [[KVK, BSN], { organisations: true, persons: true }],
    [[KVK, 'urn:etoegang:1.9:EntityConcernedID:Onbekend'], undefined],
  ])('tells who can be represented by %j', (types, represented) => {
    const xml = catalogueXml({ oin: OIN, definitions: [{ uuid: UUID, types }], instances: [] });
    expect(readCatalogue(xml).providers[0]?.definitions[0]?.represented).toEqual(represented);
  });

  it.each([
    [undefined, undefined],
    ['generalAvailable', true],
    ['noIntermediation', false],
    ['serviceProviderOnly', false],
    ['requiresApproval', false],
  ])('opens chains only where every intermediary may act: %s', (intermediation, chains) => {
    const xml = catalogueXml({ oin: OIN, definitions: [], instances: [{ id: id(1), of: UUID, intermediation }] });
    expect(readCatalogue(xml).providers[0]?.instances[0]?.chains).toBe(chains);
  });

  it('tells all its faults at once, each with its line', () => {
    const xml = wrap(`<esc:ServiceProvider>
<esc:ServiceProviderID>123</esc:ServiceProviderID>
<esc:ServiceDefinition esc:IsPublic="maybe">
<esc:ServiceUUID>niet</esc:ServiceUUID>
<esc:ServiceName xml:lang="nl">${'n'.repeat(65)}</esc:ServiceName>
<esc:ServiceDescription xml:lang="nl">${'d'.repeat(1025)}</esc:ServiceDescription>
<saml2:AuthnContextClassRef>urn:etoegang:core:assurance-class:loa3</saml2:AuthnContextClassRef>
<saml2:AuthnContextClassRef>urn:etoegang:core:assurance-class:loa4</saml2:AuthnContextClassRef>
<esc:HerkenningsmakelaarId>1</esc:HerkenningsmakelaarId>
<esc:Surprise/>
</esc:ServiceDefinition>
<esc:ServiceInstance esc:IsPublic="true">
<esc:ServiceID>${id(1)}</esc:ServiceID>
<esc:ServiceUUID>${UUID}</esc:ServiceUUID>
<esc:HerkenningsmakelaarId>00000003800000990000</esc:HerkenningsmakelaarId>
<esc:ServiceIntermediation intermediationAllowed="somewhat"/>
<esc:PortalForService>${id(2)}</esc:PortalForService>
</esc:ServiceInstance>
</esc:ServiceProvider>`);
    const faults = faultsOf(xml);
    const text = faults.map(({ at, message }) => `${at.split(':')[0]} ${message}`);
    for (const [part, message] of [
      ['<esc:ServiceProvider>', 'ServiceProvider needs IsPublic'],
      ['<esc:ServiceProvider>', 'ServiceProvider needs at least one OrganizationDisplayName; it has 0'],
      ['<esc:ServiceProviderID>', 'ServiceProviderID must be twenty digits'],
      ['<esc:ServiceDefinition ', 'IsPublic must be true or false'],
      ['<esc:ServiceDefinition ', 'ServiceDefinition needs exactly one AuthnContextClassRef; it has 2'],
      ['<esc:ServiceDefinition ', 'ServiceDefinition needs at least one EntityConcernedTypesAllowed; it has 0'],
      ['<esc:ServiceUUID>niet', 'ServiceUUID must be a UUID'],
      ['<esc:ServiceName', 'ServiceName must have at most 64 characters'],
      ['<esc:ServiceDescription', 'ServiceDescription must have at most 1024 characters'],
      ['<esc:HerkenningsmakelaarId>1<', 'HerkenningsmakelaarId must be twenty digits'],
      ['<esc:Surprise/>', 'ServiceDefinition has no such element here'],
      ['<esc:ServiceID>', 'ServiceID must be urn:etoegang:DV:<ServiceProviderID>:services:<number>'],
      [
        '<esc:ServiceIntermediation',
        `intermediationAllowed must be one of noIntermediation, generalAvailable, serviceProviderOnly, requiresApproval`,
      ],
      ['<esc:ServiceInstance', 'ServiceInstance has PortalForService, and is no portal (IsPortal)'],
    ] as const) {
      expect(text).toContain(`${lineOf(xml, part)} ${message}`);
    }
    const lines = faults.map(({ at }) => Number.parseInt(at, 10));
    expect(lines).toEqual([...lines].sort((a, b) => a - b));
  });

  it('names everything once', () => {
    const provider = { oin: OIN, definitions: [{ uuid: UUID }, { uuid: UUID.toUpperCase() }], instances: [] };
    const twice = [
      { id: id(1), of: UUID },
      { id: id(1), of: UUID },
    ];
    const faults = faultsOf(
      catalogueXml({ ...provider, instances: twice }, { oin: OIN, definitions: [], instances: [] }),
    );
    expect(faults.map(({ message }) => message.split(' ')[0])).toEqual([
      'ServiceUUID',
      'ServiceID',
      'ServiceProviderID',
    ]);
  });

  it('says how many faults it does not name', () => {
    const definitions = Array.from({ length: 120 }, () => ({ uuid: 'niet' }));
    const faults = faultsOf(catalogueXml({ oin: OIN, definitions, instances: [] }));
    expect(faults).toHaveLength(101);
    expect(faults.at(-1)?.message).toMatch(/^and \d+ more$/);
  });

  it('takes a provider whose number is no number as text, not as a pattern', () => {
    const oin = '(a+)+$';
    const faults = faultsOf(catalogueXml({ oin, definitions: [], instances: [{ id: id(1), of: UUID }] }));
    expect(faults.map(({ message }) => message)).toContain('ServiceProviderID must be twenty digits');
  });
});

describe('XML that is none of a catalogue', () => {
  const inside = '<a/>';
  const bomb = `<!DOCTYPE l [<!ENTITY a "ha">${Array.from({ length: 9 }, (_, i) => `<!ENTITY a${i} "${`&a${i === 0 ? '' : i - 1};`.repeat(10)}">`).join('')}]>`;

  it.each([
    ['another document', '<Catalogue/>', 'ServiceCatalogue'],
    [
      'another version of the catalogue',
      one.replaceAll('1.13:service-catalog', '1.12:service-catalog'),
      'ServiceCatalogue',
    ],
    ['a document type', wrap(inside, '<!DOCTYPE a SYSTEM "file:///etc/passwd">'), 'document type'],
    ['an external entity', wrap('&x;', '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>'), 'document type'],
    ['entities upon entities', wrap('&a8;', bomb), 'document type'],
    [
      'a parameter entity',
      wrap(inside, '<!DOCTYPE a [<!ENTITY % x SYSTEM "http://127.0.0.1/"> %x;]>'),
      'document type',
    ],
    ['an entity that nobody defined', wrap('&x;'), 'entity'],
    ['depth', wrap(`${'<a>'.repeat(100_000)}${'</a>'.repeat(100_000)}`), 'nested deeper'],
    ['another encoding', wrap(inside, '<?xml version="1.0" encoding="UTF-16"?>'), 'UTF-8'],
    ['another version', wrap(inside, '<?xml version="1.1"?>'), 'XML 1.0'],
    ['an end too early', one.slice(0, -20), ''],
    ['a prefix without a namespace', wrap('<foo:a/>'), 'prefix'],
    ['no XML', '{"services": []}', ''],
    ['nothing', '', ''],
    ['blanks', '  \n ', ''],
  ])('is refused: %s', (_what, xml, message) => {
    const faults = faultsOf(xml);
    expect(faults.length).toBeGreaterThan(0);
    expect(JSON.stringify(faults)).toContain(message);
    expect(JSON.stringify(faults)).not.toContain('root:');
  });

  it('is refused when it is larger than any catalogue', () => {
    const large = wrap(`<a>${'x'.repeat(10 * 1024 * 1024)}</a>`);
    expect(() => readCatalogue(large)).toThrow(expect.objectContaining({ code: 'body_too_large' }));
    const many = wrap('<a/>'.repeat(300_000));
    expect(JSON.stringify(faultsOf(many))).toContain('elements');
  });
});
