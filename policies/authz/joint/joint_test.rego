package authz.joint_test

import data.authz.joint
import data.fixtures_test as fixtures

_holder(id, change) := object.union(
	{"loa": "eh3", "party": {"party_id": id, "kind": "person", "states": []}},
	change,
)

test_joint[note] if {
	alone := fixtures.employee
	both := object.union(alone, {"joint": {"required": 2, "with": ["b", "c", fixtures.person.party_id]}})
	dead := {"party": {"states": [{"state": "deceased", "since": 0}]}}
	ward := {"party": {"states": [{"state": "curatele", "since": 0}]}}
	some [note, mandate, together, enough, lacking] in [
		["alone", alone, [], 1, set()],
		["alone, with company", alone, [_holder("b", {"loa": "eh2"})], 1, set()],
		["the other holder is missing", both, [], 0, set()],
		["the other holder is there", both, [_holder("b", {})], 1, set()],
		["somebody else is there", both, [_holder("d", {})], 0, set()],
		["the actor does not count twice", both, [_holder(fixtures.person.party_id, {})], 0, set()],
		["an organisation does not count", both, [_holder("b", {"party": {"kind": "organisation"}})], 0, set()],
		["nor who cannot be found", both, [{"loa": "eh3"}], 0, set()],
		["nor a means that is not active", both, [_holder("b", {"means": {"active": false}})], 0, set()],
		["nor the dead", both, [_holder("b", dead)], 0, set()],
		["nor who is under curatele", both, [_holder("b", ward)], 0, set()],
		["a low login", both, [_holder("b", {"loa": "eh2"})], 1, {"loa_insufficient"}],
		["an unknown login", both, [_holder("b", {"loa": "best"})], 1, {"loa_unknown"}],
		["no login", both, [object.remove(_holder("b", {}), ["loa"])], 1, {"loa_missing"}],
		["the lowest counts", both, [_holder("b", {}), _holder("c", {"loa": "eh2"})], 1, {"loa_insufficient"}],
	]
	asked := object.union(fixtures.direct([mandate]), {"together": together})
	count({1 | joint.enough(mandate)}) == enough with input as asked
	joint.lacking(mandate, "eh3") == lacking with input as asked
	count({1 | joint.suffices(mandate, "eh3")}) == count({1 | lacking == set()}) with input as asked
}
