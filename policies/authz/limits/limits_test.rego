package authz.limits_test

import data.authz.limits
import data.fixtures_test as fixtures

# what `hold` asks and what `reasons` names are the same
test_both_agree[note] if {
	some [note, mandate, want] in [
		["within", fixtures.employee, set()],
		["no such kind", object.union(fixtures.employee, {"kind": "favour"}), {"service_not_mandatable"}],
		["domain", fixtures.statutory("bewind"), {"domain_not_served"}],
		["scope", object.union(fixtures.voluntary, {"scope": {"by": "everything"}}), {"all_services_not_for_voluntary"}],
		["service", object.union(fixtures.employee, {"scope": {"by": "set", "set": "x"}}), {"service_not_covered"}],
		[
			"addition", object.union(fixtures.employee, {"scope": {"by": "set", "set": "set-1", "version": 1}}),
			{"set_addition_unconfirmed"},
		],
		[
			"operation and case", object.union(fixtures.employee, {"operations": [], "cases": []}),
			{"operation_not_covered", "case_not_covered"},
		],
	]
	limits.reasons(mandate, fixtures.service) == want
	count({1 | limits.hold(mandate, fixtures.service)}) == count({1 | want == set()})
}
