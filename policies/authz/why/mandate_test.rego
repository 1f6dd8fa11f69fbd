package authz.why_test

import data.authz.why
import data.fixtures_test as fixtures

_onward(change) := fixtures.direct([object.union(fixtures.onward, change)])

_parent(change) := _onward({"parent": {"mandate": change}})

_not_found := fixtures.direct([object.union(object.remove(fixtures.onward, ["parent"]), {"parent": {}})])

_passer := ["authz.substitution.passer_able parent parent_not_in_force"]

test_parent[note] if {
	dead := {"states": [{"state": "deceased", "since": 0}]}
	some [note, asked, want] in [
		["well", _onward({}), []],
		["not found", _not_found, []],
		["suspended", _parent({"status": "suspended"}), ["authz.validity.active parent parent_not_in_force"]],
		["not his to give", _parent({"substitution": false}), ["authz.substitution.by_right parent parent_not_in_force"]],
		["of the dead", _onward({"parent": {"delegate": dead}}), _passer],
		["limited", _parent({"branches": ["1"]}), ["authz.branch.met parent parent_not_in_force"]],
	]
	paths := why.paths with input as asked
	itself := {"authz.substitution.parent_in_force onward parent_not_in_force" | note != "well"}
	_failing(paths[0].rules) == itself | {line | some line in want}
}

test_parent_for_clients if {
	paths := why.paths with input as _parent({"reach": "clients"})
	_failing(paths[0].rules) == {"authz.substitution.reaches_own_affairs parent parent_not_in_force"}
}

test_parent_too_weak if {
	paths := why.paths with input as _parent({"loa": "eh2"})
	_failing(paths[0].rules) == {"authz.level.mandate_suffices parent mandate_loa_insufficient"}
}

test_source[note] if {
	everything := object.union(fixtures.voluntary, {"scope": {"by": "everything"}})
	out_of_set := object.union(fixtures.employee, {"scope": {"by": "set", "set": "set-9", "version": 1}})
	some [note, mandate, want] in [
		["set", out_of_set, {"authz.scope.covered employee service_not_covered"}],
		["all", everything, {"authz.scope.everything_allowed voluntary all_services_not_for_voluntary"}],
		["branch", object.union(fixtures.employee, {"branches": ["1"]}), {"authz.branch.named employee branch_required"}],
	]
	paths := why.paths with input as fixtures.direct([mandate])
	_failing(paths[0].rules) == want
}
