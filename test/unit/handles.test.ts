import { randomBytes, randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { HANDLE_URN, isPartyRef, parsePartyName } from '../../src/domain/identifier.ts';
import { makeHandles } from '../../src/http/handles.ts';
import { makeKeys } from '../../src/store/keys.ts';
import { everyone } from '../support/http.ts';

const hmacKey = randomBytes(32);
const handlesUnder = (key: Buffer) => makeHandles(makeKeys({ hmacKey: key, hmacKeyId: '1' }).mac);
const handles = handlesUnder(hmacKey);
const [portal, other] = [
  { ...everyone, name: 'portal' },
  { ...everyone, name: 'other' },
];

function partyOf(urn: string, caller = portal, by = handles): string {
  const parsed = parsePartyName(urn, by.opener(caller));
  if (typeof parsed === 'string' || !isPartyRef(parsed)) throw new Error(`no handle: ${JSON.stringify(parsed)}`);
  return parsed.party_id;
}

describe('handles', () => {
  it('lead the caller back to the party for whom it got them, also in another process', () => {
    for (let i = 0; i < 100; i++) {
      const party = randomUUID();
      expect(partyOf(handles.of(portal, party))).toBe(party);
      expect(partyOf(handles.of(portal, party), portal, handlesUnder(hmacKey))).toBe(party);
    }
  });

  it('are the same for the same caller, and say nothing of the party', () => {
    const party = randomUUID();
    const handle = handles.of(portal, party);
    expect(handlesUnder(hmacKey).of(portal, party)).toBe(handle);
    expect(handle).toMatch(/^urn:machtig:handle:[A-Za-z0-9_-]{22}$/);
    const bytes = Buffer.from(handle.slice(HANDLE_URN.length), 'base64url').toString('hex');
    expect(bytes).not.toBe(party.replaceAll('-', ''));
  });

  it('of another caller, or under another key, lead elsewhere', () => {
    const party = randomUUID();
    const handle = handles.of(portal, party);
    expect(partyOf(handle, other)).not.toBe(party);
    expect(partyOf(handle, portal, handlesUnder(randomBytes(32)))).not.toBe(party);
    expect(handles.of(other, party)).not.toBe(handle);
  });

  it.each([
    '',
    'short',
    'A'.repeat(21),
    'A'.repeat(23),
    `${'A'.repeat(21)}B`,
    `${'A'.repeat(20)}==`,
    `${'A'.repeat(20)}é_`,
  ])('are not what is no 16 bytes in base64url: %j', (text) => {
    expect(parsePartyName(HANDLE_URN + text, handles.opener(portal))).toMatch(/takes 22 characters/);
  });
});
