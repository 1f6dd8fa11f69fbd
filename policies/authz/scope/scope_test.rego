package authz.scope_test

import data.authz.limits
import data.fixtures_test as fixtures

test_scope[note] if {
	some [note, change, want] in [
		["a service", {"scope": {"by": "service"}}, set()],
		["an owner", {"scope": {"by": "owner"}}, set()],
		["everything", {"scope": {"by": "everything"}}, set()],
		[
			"everything, by a citizen", {"scope": {"by": "everything"}, "kind": "voluntary"},
			{"all_services_not_for_voluntary"},
		],
		["a set", {"scope": {"by": "set", "set": "set-1", "version": 2}}, set()],
		["a set before the addition", {"scope": {"by": "set", "set": "set-1", "version": 1}}, {"set_addition_unconfirmed"}],
		["a set without it", {"scope": {"by": "set", "set": "set-2", "version": 9}}, {"service_not_covered"}],
		["a scope nobody knows", {"scope": {"by": "guess"}}, {"service_not_covered"}],
	]
	limits.reasons(object.union(fixtures.employee, change), fixtures.service) == want
}

test_operation[note] if {
	some [note, operations, request, want] in [
		["all, and none asked", "all", {}, set()],
		["one of them", ["view", "submit"], {"operation": "submit"}, set()],
		["another", ["view"], {"operation": "submit"}, {"operation_not_covered"}],
		["none asked", ["view"], {}, {"operation_not_covered"}],
		["an empty list covers nothing", [], {"operation": "view"}, {"operation_not_covered"}],
	]
	mandate := object.union(fixtures.employee, {"operations": operations})
	limits.reasons(mandate, fixtures.service) == want with input as {"request": request}
}

test_case_of[note] if {
	some [note, cases, request, want] in [
		["all, and none asked", "all", {}, set()],
		["one of them", ["S#1"], {"case": "S#1"}, set()],
		["another", ["S#1"], {"case": "S#2"}, {"case_not_covered"}],
		["none asked", ["S#1"], {}, {"case_not_covered"}],
	]
	mandate := object.union(fixtures.employee, {"cases": cases})
	limits.reasons(mandate, fixtures.service) == want with input as {"request": request}
}
