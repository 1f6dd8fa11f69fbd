package authz.question_test

import data.authz.question
import data.fixtures_test as fixtures

_base := fixtures.direct([fixtures.employee])

test_misunderstood[note] if {
	some [note, asked, want] in [
		["understood", _base, set()],
		["actor", object.union(object.remove(_base, ["actor"]), {"actor": {"loa": "eh3"}}), {"actor_unknown"}],
		["organisation", object.union(_base, {"actor": {"party": {"kind": "organisation"}}}), {"actor_not_a_person"}],
		["represented", object.remove(_base, ["represented"]), {"represented_unknown"}],
		["intermediary", object.union(_base, {"via": {}}), {"intermediary_unknown"}],
		["known intermediary", object.union(_base, {"via": {"party": fixtures.office}}), set()],
		["service", object.union(_base, {"services": [], "service_missing": "unknown"}), {"service_unknown"}],
		["services", object.union(_base, {"services": [], "service_missing": "ambiguous"}), {"service_ambiguous"}],
		["portal", object.union(_base, {"services": [], "portal": fixtures.service}), set()],
	]
	question.misunderstood == want with input as asked
	count({1 | question.understood(asked)}) == count({1 | want == set()})
}

test_common[note] if {
	citizen := {"party": fixtures.person}
	some [note, change, want] in [
		["nothing", {}, set()],
		["means", {"actor": {"means": {"active": false}}}, {"means_inactive"}],
		["dead", {"actor": {"party": {"states": [{"state": "deceased", "since": 0}]}}}, {"actor_deceased"}],
		["ward", {"actor": {"party": {"states": [{"state": "curatele", "since": 0}]}}}, {"actor_under_curatele"}],
		["spelling of the login", {"request": {"loa": "best"}}, {"loa_unknown"}],
		["spelling of the level asked", {"request": {"min_loa": "best"}}, {"loa_unknown"}],
		["branch", {"request": {"branch": "1"}}, {"branch_unknown"}],
		["own branch", {"request": {"branch": "1"}, "represented": {"branch_registered": true}}, set()],
		["a person's branch", {"request": {"branch": "1"}, "represented": citizen}, {"branch_not_for_person"}],
		["closed portal", {"portal": {"definition": {"active": false}}}, {"service_inactive"}],
	]
	asked := object.union(_base, change)
	question.common == want with input as asked
	sound := count({1 | question.sound(asked)}) with input as asked
	sound == count({1 | want == set()})
}

test_without_a_login if {
	asked := object.union(object.remove(_base, ["request"]), {"request": {}})
	not question.sound(asked)
	question.common == {"loa_missing"} with input as asked
}

test_without_means if {
	asked := object.union(object.remove(_base, ["actor"]), {"actor": {"party": fixtures.person}})
	question.sound(asked) with input as asked
	question.common == set() with input as asked
}

test_against[note] if {
	some [note, change, service_change, want] in [
		["nothing", {}, {}, set()],
		["closed", {}, {"instance": {"active": false}}, {"service_inactive"}],
		["low login", {"request": {"loa": "eh2"}}, {}, {"loa_insufficient"}],
		["more than the catalogue", {"request": {"min_loa": "eh4"}}, {}, {"loa_above_catalogue"}],
		["too many organisations", {"via_needed": true}, {}, {"via_required"}],
		["who needs none of them", {"via_needed": true, "represented": {"party": fixtures.person}}, {}, set()],
	]
	service := object.union(fixtures.service, service_change)
	asked := object.union(_base, change)
	question.against(service, "eh3") == want with input as asked
	open := count({1 | question.open(service, "eh3")}) with input as asked
	open == count({1 | want - {"via_required"} == set()})
}
