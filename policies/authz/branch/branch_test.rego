package authz.branch_test

import data.authz.branch
import data.fixtures_test as fixtures

test_own[note] if {
	some [note, asked, represented, want] in [
		["registered", "000000000001", {"party": fixtures.firm, "branch_registered": true}, true],
		["not registered", "000000000001", {"party": fixtures.firm, "branch_registered": false}, false],
		["0000 and its number", "000087654321", {"party": fixtures.office}, true],
		["0000 and another's number", "000012345678", {"party": fixtures.office}, false],
		["0000 for a firm with branches", "000012345678", {"party": fixtures.firm}, false],
		["an organisation without a KvK number", "0000", {"party": {"has_branches": false}}, false],
	]
	_own(represented, asked) == want
}

default _own(_, _) := false

_own(represented, asked) if branch.own(represented, asked)

test_reasons[note] if {
	accepting := fixtures.service
	refusing := object.union(fixtures.service, {"instance": {"branches": false}})
	some [note, branches, asked, service, want] in [
		["all, and none asked", "all", {}, accepting, set()],
		["all, and one asked", "all", {"branch": "1"}, refusing, set()],
		["one of them", ["1", "2"], {"branch": "2"}, accepting, set()],
		["another", ["1", "2"], {"branch": "3"}, accepting, {"branch_not_covered"}],
		["none asked", ["1"], {}, accepting, {"branch_required"}],
		["no branches at all", [], {"branch": "1"}, accepting, {"branch_not_covered"}],
		["a service without branches", ["1"], {"branch": "1"}, refusing, {"branches_not_accepted"}],
		["a text is no list", "1", {"branch": "1"}, accepting, {"branch_not_covered"}],
	]
	mandate := {"branches": branches}
	branch.reasons(mandate, service) == want with input as {"request": asked}
	met := count({1 | branch.met(mandate, service)}) with input as {"request": asked}
	met == count({1 | want == set()})
}

test_verified[note] if {
	some [note, asked, registered, want] in [
		["none asked", {}, false, 1],
		["own", {"branch": "1"}, true, 1],
		["not own", {"branch": "1"}, false, 0],
	]
	question := {"request": asked, "represented": {"branch_registered": registered}}
	count({1 | branch.verified(question)}) == want
}

test_unverified_branches_pass_where_the_data_says_so if {
	not branch.unverified_passes
	branch.unverified_passes with data.settings.unverified_branches_pass as true
}
