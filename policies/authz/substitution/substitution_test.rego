package authz.substitution_test

import data.authz.substitution
import data.fixtures_test as fixtures

_parent(change) := object.union(fixtures.onward, {"parent": {"mandate": change}})

test_parent[note] if {
	dead := {"states": [{"state": "deceased", "since": 0}]}
	some [note, mandate, want] in [
		["rests on none", fixtures.employee, set()],
		["rests on one that carries it", fixtures.onward, set()],
		["parent unknown", object.remove(fixtures.onward, ["parent"]), {"parent_not_in_force"}],
		["no substitution", _parent({"substitution": false}), {"parent_not_in_force"}],
		["onward of onward", _parent({"derived_from": {}}), {"parent_not_in_force"}],
		["revoked", _parent({"status": "revoked"}), {"parent_not_in_force"}],
		["not started", _parent({"valid_from": fixtures.now + 1}), {"parent_not_in_force"}],
		["ended", _parent({"valid_until": fixtures.now}), {"parent_not_in_force"}],
		["too long", _parent({"valid_from": 0}), {"parent_not_in_force"}],
		["beyond its limits", _parent({"operations": []}), {"parent_not_in_force"}],
		["not at this branch", _parent({"branches": ["1"]}), {"parent_not_in_force"}],
		["too low", _parent({"loa": "eh2"}), {"mandate_loa_insufficient"}],
		["its delegate is dead", object.union(fixtures.onward, {"parent": {"delegate": dead}}), {"parent_not_in_force"}],
		[
			"its delegate is another", object.union(fixtures.onward, {"parent": {"delegate": fixtures.person}}),
			{"parent_not_in_force"},
		],
	]
	asked := fixtures.direct([mandate])
	substitution.reasons(mandate, fixtures.service, "eh3") == want with input as asked
	held := count({1 | substitution.holds(mandate, fixtures.service, "eh3")}) with input as asked
	held == count({1 | want == set()})
}

test_parent_with_joint_authority[note] if {
	mandate := _parent({"joint": {"required": 3, "with": ["b", "c"]}})
	passer_on := fixtures.other_person.party_id
	some [note, logins, want] in [
		["alone", {}, {"joint_authority_required"}],
		["with one of two", {"b": "eh3"}, {"joint_authority_required"}],
		["with all", {"b": "eh3", "c": "eh4"}, set()],
		["with somebody else", {"b": "eh3", "d": "eh3"}, {"joint_authority_required"}],
		["with the parent's delegate", {"b": "eh3", passer_on: "eh3"}, {"joint_authority_required"}],
		["with a low login", {"b": "eh3", "c": "eh2"}, {"loa_insufficient"}],
	]
	together := [{"loa": loa, "party": {"party_id": id, "kind": "person", "states": []}} | some id, loa in logins]
	asked := object.union(fixtures.direct([mandate]), {"together": together})
	substitution.reasons(mandate, fixtures.service, "eh3") == want with input as asked
	held := count({1 | substitution.holds(mandate, fixtures.service, "eh3")}) with input as asked
	held == count({1 | want == set()})
}
