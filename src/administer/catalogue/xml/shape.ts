import type { Fault } from '../../../domain/errors.ts';
import type { XmlElement } from './read-xml.ts';

export const CATALOGUE = 'urn:etoegang:1.13:service-catalog';
const SAML = 'urn:oasis:names:tc:SAML:2.0:assertion';
const SIGNATURE = 'http://www.w3.org/2000/09/xmldsig#';

/** How often a child may stand: least and most. */
type Times = readonly [least: number, most: number];
const MANY = Number.POSITIVE_INFINITY;
const ONE: Times = [1, 1];
const MAYBE: Times = [0, 1];
const ANY: Times = [0, MANY];
const SOME: Times = [1, MANY];

/** Children of each element of a catalogue; their order is not held against it. What is not here is not looked into. */
const SHAPES: Readonly<Record<string, Readonly<Record<string, Times>>>> = {
  ServiceCatalogue: { Signature: MAYBE, ServiceProvider: SOME },
  ServiceProvider: {
    ServiceProviderID: ONE,
    OrganizationDisplayName: SOME,
    ServiceDefinition: ANY,
    ServiceInstance: ANY,
  },
  ServiceDefinition: {
    ServiceUUID: ONE,
    ServiceName: SOME,
    ServiceDescription: SOME,
    ServiceDescriptionURL: ANY,
    AuthnContextClassRef: ONE,
    HerkenningsmakelaarId: ONE,
    EntityConcernedTypesAllowed: SOME,
    ActingSubjectTypesAllowed: ANY,
    ServiceRestrictionsAllowed: ANY,
    RequestedAttribute: ANY,
  },
  ServiceInstance: {
    ServiceID: ONE,
    ServiceUUID: ONE,
    InstanceOfService: MAYBE,
    IntermediatedService: MAYBE,
    ServiceURL: ANY,
    PrivacyPolicyURL: ANY,
    HerkenningsmakelaarId: ONE,
    AdditionalHerkenningsmakelaarId: ANY,
    SSOSupport: MAYBE,
    EntityConcernedTypesAllowed: ANY,
    ServiceCertificate: ANY,
    ServiceIntermediation: MAYBE,
    Classifiers: MAYBE,
    BsnkStructureVersion: MAYBE,
    BsnkRecipientKeySetVersion: MAYBE,
    PortalForService: ANY,
  },
};

/** Elements that come from another namespace than the catalogue's. */
const ELSEWHERE: Readonly<Record<string, string>> = { AuthnContextClassRef: SAML, Signature: SIGNATURE };

/** Attributes that must stand, as `true` or `false`. */
const FLAGGED = ['ServiceProvider', 'ServiceDefinition', 'ServiceInstance'];

/** Every way in which the tree is no service catalogue, with its line. */
export function checkShape(root: XmlElement): Fault[] {
  if (root.uri !== CATALOGUE || root.name !== 'ServiceCatalogue') {
    return [{ at: root.at, message: `must be a ServiceCatalogue of ${CATALOGUE}` }];
  }
  return checkElement(root);
}

function checkElement(element: XmlElement): Fault[] {
  const shape = SHAPES[element.name];
  if (shape === undefined) return [];
  const foreign = element.children.filter((child) => !(child.name in shape) || child.uri !== namespaceOf(child.name));
  const unknown = foreign.map((child) => ({ at: child.at, message: `${element.name} has no such element here` }));
  const miscounted = Object.entries(shape).flatMap(([name, times]) => checkTimes(element, name, times));
  const flags = FLAGGED.includes(element.name) ? checkFlag(element, 'IsPublic', true) : [];
  const portal = checkFlag(element, 'IsPortal', false);
  const within = element.children.filter((child) => !foreign.includes(child)).flatMap(checkElement);
  return [...unknown, ...miscounted, ...flags, ...portal, ...within];
}

function namespaceOf(name: string): string {
  return ELSEWHERE[name] ?? CATALOGUE;
}

function checkTimes(element: XmlElement, name: string, [least, most]: Times): Fault[] {
  const found = element.children.filter((child) => child.name === name).length;
  const wanted = most === 1 ? (least === 1 ? 'exactly one' : 'at most one') : 'at least one';
  return found < least || found > most
    ? [{ at: element.at, message: `${element.name} needs ${wanted} ${name}; it has ${found}` }]
    : [];
}

function checkFlag(element: XmlElement, name: string, required: boolean): Fault[] {
  const value = element.attributes.get(`{${CATALOGUE}}${name}`);
  if (value === undefined) return required ? [{ at: element.at, message: `${element.name} needs ${name}` }] : [];
  return ['true', 'false', '1', '0'].includes(value)
    ? []
    : [{ at: element.at, message: `${name} must be true or false` }];
}

export function isFlagged(element: XmlElement, name: string): boolean {
  const value = element.attributes.get(`{${CATALOGUE}}${name}`);
  return value === 'true' || value === '1';
}
