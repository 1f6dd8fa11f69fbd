package authz.changes_test

import data.authz.changes
import data.fixtures_test as fixtures

_child := object.union(fixtures.person, {"birth_date": "2008-11-22"})

_asked := {"now": 100, "represented": {"party": _child}, "actor": {"party": fixtures.person}}

test_next[note] if {
	some [note, mandates, states, want] in [
		["nothing", [], [], null],
		["nothing to come", [{"valid_from": 1, "valid_until": 100}], [{"state": "wsnp", "since": 1, "until": 2}], null],
		["a start", [{"valid_from": 101}], [], 101],
		["an end", [{"valid_from": 1, "valid_until": 102}], [], 102],
		["a state", [{"valid_from": 1, "valid_until": 110}], [{"state": "wsnp", "since": 103}], 103],
		["a state's end", [], [{"state": "wsnp", "since": 1, "until": 104}], 104],
		["coming of age", [{"valid_from": 1, "ground": "parental_authority"}], [], 1795302000000],
	]
	changes.next(mandates, [object.union(_child, {"states": states})]) == want with input as _asked
}
