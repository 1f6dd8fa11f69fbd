import type { ReasonExample } from '../../src/workbench/reasons-page.ts';

/** What callers may meet besides the policy's own reasons. */
export const NO_RULES = {
  identifier_invalid: {
    meaning: 'An identifier cannot exist (AuthZEN paths; elsewhere a 400).',
    requirements: ['R20', 'R26'],
  },
  not_entitled: {
    meaning: 'Stands for a reason that the caller may not see: it would betray a death, an insolvency or protection.',
    requirements: ['R133'],
  },
};

/** Reasons that no case meets, for it is not the rules alone that give them. Tried in reasons.test.ts. */
export const MADE_EXAMPLES: Readonly<Record<string, ReasonExample>> = {
  identifier_invalid: {
    title: 'A KvK number has eight digits',
    file: 'the body of POST /access/v1/evaluation',
    request: {
      subject: { type: 'person', id: 'urn:nl:bsn:999990640', properties: { loa: 'eh3' } },
      action: { name: 'represent' },
      resource: {
        type: 'organisation',
        id: 'urn:nl:kvk:1',
        properties: { service: 'urn:etoegang:DV:00000003800000020000:services:2' },
      },
    },
  },
  not_entitled: {
    title: 'A caller without the right `details` asks for somebody under curatele',
    file: 'the example register',
    request: {
      actor: 'urn:nl:bsn:999992132',
      loa: 'eh4',
      represented: 'urn:nl:bsn:999992132',
      service: 'urn:etoegang:DV:00000003800000010000:services:3',
    },
  },
  service_condition_unknown: {
    title: 'The owner asks `firsthand`, and it is written `firsthnad`',
    file: 'the example register',
    request: {
      actor: 'urn:nl:bsn:999990299',
      loa: 'eh4',
      represented: 'urn:nl:kvk:90000001',
      service: 'urn:etoegang:DV:00000003800000020000:services:2',
    },
  },
  via_required: {
    title: 'An accountant who works for more than 64 offices asks for a client of one',
    file: 'a register of its own',
    request: {
      actor: 'urn:nl:bsn:999990640',
      loa: 'eh4',
      represented: 'urn:nl:kvk:90000001',
      service: 'urn:etoegang:DV:00000003800000020000:services:2',
    },
  },
};
