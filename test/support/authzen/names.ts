export interface Named {
  type: string;
  id: string;
  properties?: object;
}

export interface Act {
  name: string;
  properties?: object;
}

/** Who and what the certification scenario asks about, as the decision point under test calls them. */
export interface Names {
  alice: Named;
  bob: Named;
  record1: Named;
  record2: Named;
  read: Act;
  write: Act;
  /** What a search asks for: everything but the id. */
  anyUser: { type: string; properties?: object };
  anyRecord: { type: string };
  /** What the scenario decides, and whom searches must find, holds: this is its own fixture. */
  isFixture: boolean;
}

export const FIXTURE_NAMES: Names = {
  alice: { type: 'user', id: 'alice' },
  bob: { type: 'user', id: 'bob' },
  record1: { type: 'record', id: 'record-1' },
  record2: { type: 'record', id: 'record-2' },
  read: { name: 'read' },
  write: { name: 'write' },
  anyUser: { type: 'user' },
  anyRecord: { type: 'record' },
  isFixture: true,
};

export const withProperties = <T extends { properties?: object }>(entity: T, properties: object): T => ({
  ...entity,
  properties: { ...entity.properties, ...properties },
});
