/** Service catalogues for tests. */

export interface XmlDefinition {
  uuid: string;
  name?: string;
  loa?: string;
  types?: readonly string[];
  branches?: boolean;
}

export interface XmlInstance {
  id: string;
  of: string;
  own?: string;
  /** Undefined: the catalogue is silent. */
  intermediation?: string | undefined;
  behind?: readonly string[];
}

export interface XmlProvider {
  oin: string;
  name?: string;
  definitions: readonly XmlDefinition[];
  instances: readonly XmlInstance[];
}

export const KVK = 'urn:etoegang:1.9:EntityConcernedID:KvKnr';
export const BSN = 'urn:etoegang:1.12:EntityConcernedID:BSN';
const MAKELAAR = '<esc:HerkenningsmakelaarId>00000003800000990000</esc:HerkenningsmakelaarId>';

export function catalogueXml(...providers: readonly XmlProvider[]): string {
  return wrap(providers.map(provider).join('\n'));
}

/** Whatever stands in it, in a catalogue. */
export function wrap(inside: string, head = '<?xml version="1.0" encoding="UTF-8"?>'): string {
  return `${head}
<esc:ServiceCatalogue xmlns:esc="urn:etoegang:1.13:service-catalog" xmlns:saml2="urn:oasis:names:tc:SAML:2.0:assertion"
  esc:IssueInstant="2026-06-01T10:00:00Z" esc:Version="urn:etoegang:1.13:53">
${inside}
</esc:ServiceCatalogue>`;
}

function provider({ oin, name = 'Een organisatie', definitions, instances }: XmlProvider): string {
  return `<esc:ServiceProvider esc:IsPublic="true">
<esc:ServiceProviderID>${oin}</esc:ServiceProviderID>
<esc:OrganizationDisplayName xml:lang="nl">${name}</esc:OrganizationDisplayName>
${definitions.map(definition).join('\n')}
${instances.map(instance).join('\n')}
</esc:ServiceProvider>`;
}

function definition({
  uuid,
  name = 'Een dienst',
  loa = 'loa3',
  types = [KVK],
  branches = false,
}: XmlDefinition): string {
  return `<esc:ServiceDefinition esc:IsPublic="true">
<esc:ServiceUUID>${uuid}</esc:ServiceUUID>
<esc:ServiceName xml:lang="en">A service</esc:ServiceName>
<esc:ServiceName xml:lang="nl">${name}</esc:ServiceName>
<esc:ServiceDescription xml:lang="nl">Wat ${name} is.</esc:ServiceDescription>
<saml2:AuthnContextClassRef>urn:etoegang:core:assurance-class:${loa}</saml2:AuthnContextClassRef>
${MAKELAAR}
${types.map((type) => `<esc:EntityConcernedTypesAllowed>${type}</esc:EntityConcernedTypesAllowed>`).join('\n')}
${branches ? '<esc:ServiceRestrictionsAllowed>urn:etoegang:1.9:ServiceRestriction:Vestigingsnr</esc:ServiceRestrictionsAllowed>' : ''}
</esc:ServiceDefinition>`;
}

function instance({ id, of, own = of, intermediation, behind = [] }: XmlInstance): string {
  return `<esc:ServiceInstance esc:IsPublic="true"${behind.length > 0 ? ' esc:IsPortal="true"' : ''}>
<esc:ServiceID>${id}</esc:ServiceID>
<esc:ServiceUUID>${own}</esc:ServiceUUID>
<esc:InstanceOfService>${of}</esc:InstanceOfService>
${MAKELAAR}
${intermediation ? `<esc:ServiceIntermediation intermediationAllowed="${intermediation}"/>` : ''}
${behind.map((name) => `<esc:PortalForService>${name}</esc:PortalForService>`).join('\n')}
</esc:ServiceInstance>`;
}
