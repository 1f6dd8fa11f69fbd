package authz.chain_test

import data.authz.chain
import data.fixtures_test as fixtures

_found := {"intermediary": fixtures.office, "first": [], "second": []}

test_reasons[note] if {
	unwilling := object.union(fixtures.service, {"definition": {"chains": false}})
	bankrupt := object.union(_found, {"intermediary": {"states": [{"state": "bankrupt", "since": 0}]}})
	through_person := object.union(_found, {"intermediary": fixtures.person})
	own := object.union(fixtures.employee, {"reach": "own"})
	of_own := object.union(fixtures.onward, {"parent": {"mandate": {"reach": "own"}}})
	limited := object.union(fixtures.employee, {"branches": ["1"]})
	some [note, service, found, first_link, second_link, want] in [
		["all right", fixtures.service, _found, fixtures.business, fixtures.employee, set()],
		["a citizen's mandate", fixtures.service, _found, fixtures.voluntary, fixtures.employee, set()],
		["a signatory acts", fixtures.service, _found, fixtures.appointed, fixtures.statutory("signatory"), set()],
		["another ground", fixtures.service, _found, fixtures.business, fixtures.statutory("bewind"), {"reach_own_only"}],
		["no chains here", unwilling, _found, fixtures.business, fixtures.employee, {"chain_not_accepted"}],
		["bankrupt", fixtures.service, bankrupt, fixtures.business, fixtures.employee, {"intermediary_not_active"}],
		[
			"an employee mandate leads to nobody's employee", fixtures.service, _found,
			fixtures.employee, fixtures.employee, {"chain_first_link_not_allowed"},
		],
		[
			"through a person", fixtures.service, through_person, fixtures.voluntary, fixtures.employee,
			{"chain_first_link_not_allowed"},
		],
		["own affairs only", fixtures.service, _found, fixtures.business, own, {"reach_own_only"}],
		["onward of what reaches clients", fixtures.service, _found, fixtures.business, fixtures.onward, set()],
		["onward of what does not", fixtures.service, _found, fixtures.business, of_own, {"reach_own_only"}],
		["limited", fixtures.service, _found, fixtures.business, limited, {"second_link_branch_limited"}],
	]
	chain.reasons(service, found, first_link, second_link) == want with input as {"now": fixtures.now}
}

test_through_named[note] if {
	some [note, asked, want] in [
		["none named", {}, 1],
		["this one", {"via": {"party": fixtures.office}}, 1],
		["another", {"via": {"party": fixtures.firm}}, 0],
		["nobody knows whom", {"via": {}}, 0],
	]
	count({1 | chain.through_named(_found)}) == want with input as asked
}
