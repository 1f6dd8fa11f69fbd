import { AppError, type Fault } from '../../../domain/errors.ts';
import type { CatalogueFile, FileDefinition, FileInstance, FileProvider } from './catalogue-file.ts';
import { type Fields, makeFields, representedBy } from './fields.ts';
import { parseXml, type XmlElement } from './read-xml.ts';
import { checkShape, isFlagged } from './shape.ts';

const MAX_FAULTS = 100;
const BRANCHES = /:ServiceRestriction:Vestigingsnr$/;
const INTERMEDIATION = ['noIntermediation', 'generalAvailable', 'serviceProviderOnly', 'requiresApproval'];

/**
 * Reads an eHerkenning service catalogue (namespace `urn:etoegang:1.13:service-catalog`). Its signature is not verified:
 * whoever sends it answers for it.
 * @throws AppError `invalid_request` with every fault and its `line:column` | `body_too_large`
 */
export function readCatalogue(xml: string): CatalogueFile {
  const root = parseXml(xml);
  const faults = checkShape(root);
  const fields = makeFields(faults);
  const providers = fields.all(root, 'ServiceProvider').map((one) => readProvider(one, fields));
  refuseDoubles(providers, fields);
  throwFaults(faults);
  return { providers };
}

/** @throws AppError `invalid_request`, when there are any; in the order of the text */
export function throwFaults(faults: readonly Fault[]): void {
  if (faults.length === 0) return;
  const sorted = [...faults].sort((a, b) => lineOf(a) - lineOf(b));
  const more = faults.length - MAX_FAULTS;
  const last = more > 0 ? [{ at: '', message: `and ${more} more` }] : [];
  throw new AppError('invalid_request', 'the service catalogue has faults', {
    faults: [...sorted.slice(0, MAX_FAULTS), ...last],
  });
}

function lineOf({ at }: Fault): number {
  return Number.parseInt(at, 10) || 0;
}

function readProvider(element: XmlElement, fields: Fields): FileProvider {
  const oin = fields.oin(element, 'ServiceProviderID');
  return {
    oin,
    name: fields.localized(element, 'OrganizationDisplayName', 64),
    definitions: fields.all(element, 'ServiceDefinition').map((one) => readDefinition(one, fields)),
    instances: fields.all(element, 'ServiceInstance').map((one) => readInstance(one, oin, fields)),
    at: element.at,
  };
}

function readDefinition(element: XmlElement, fields: Fields): FileDefinition {
  fields.oin(element, 'HerkenningsmakelaarId');
  const represented = representedBy(fields.all(element, 'EntityConcernedTypesAllowed'));
  return {
    service_uuid: fields.uuid(element, 'ServiceUUID'),
    name: fields.localized(element, 'ServiceName', 64),
    description: fields.localized(element, 'ServiceDescription', 1024),
    loa: fields.level(element),
    ...(represented && { represented }),
    branches: fields.all(element, 'ServiceRestrictionsAllowed').some(({ text }) => BRANCHES.test(text)),
    at: element.at,
  };
}

function readInstance(element: XmlElement, oin: string, fields: Fields): FileInstance {
  fields.oin(element, 'HerkenningsmakelaarId');
  const prefix = `urn:etoegang:DV:${oin}:services:`;
  const own_uuid = fields.uuid(element, 'ServiceUUID');
  const chains = readIntermediation(element, fields);
  const represented = representedBy(fields.all(element, 'EntityConcernedTypesAllowed'));
  const portal_for = fields.all(element, 'PortalForService').map(({ text, at }) => ({
    name: text.replace(/^urn:uuid:/i, ''),
    at,
  }));
  if (portal_for.length > 0 && !isFlagged(element, 'IsPortal')) {
    fields.fault(element.at, 'ServiceInstance has PortalForService, and is no portal (IsPortal)');
  }
  return {
    service_id: fields.only(element, 'ServiceID', (text) =>
      text.startsWith(prefix) && /^[0-9]{1,9}$/.test(text.slice(prefix.length))
        ? undefined
        : 'must be urn:etoegang:DV:<ServiceProviderID>:services:<number>',
    ),
    own_uuid,
    service_uuid: fields.uuid(element, 'InstanceOfService') || own_uuid,
    ...(represented && { represented }),
    ...(chains !== undefined && { chains }),
    portal_for,
    at: element.at,
  };
}

/** Only what is open to every intermediary is open here: the register keeps no approvals of single ones. */
function readIntermediation(element: XmlElement, fields: Fields): boolean | undefined {
  const [given] = fields.all(element, 'ServiceIntermediation');
  if (given === undefined) return undefined;
  const allowed = given.attributes.get('intermediationAllowed') ?? 'noIntermediation';
  if (!INTERMEDIATION.includes(allowed)) {
    fields.fault(given.at, `intermediationAllowed must be one of ${INTERMEDIATION.join(', ')}`);
  }
  return allowed === 'generalAvailable';
}

function refuseDoubles(providers: readonly FileProvider[], { fault }: Fields): void {
  const named: [string, string, string][] = providers.flatMap((provider) => [
    ['ServiceProviderID', provider.oin, provider.at],
    ...provider.definitions.map((one): [string, string, string] => ['ServiceUUID', one.service_uuid, one.at]),
    ...provider.instances.map((one): [string, string, string] => ['ServiceID', one.service_id, one.at]),
  ]);
  const seen = new Map<string, string>();
  for (const [what, id, at] of named) {
    if (id === '') continue;
    const first = seen.get(`${what} ${id}`);
    if (first === undefined) seen.set(`${what} ${id}`, at);
    else fault(at, `${what} stands at line ${first.split(':')[0]} already`);
  }
}
