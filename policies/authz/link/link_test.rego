package authz.link_test

import data.authz.link
import data.fixtures_test as fixtures

# what `holds` asks and what `reasons` names are the same
test_both_agree[note] if {
	now := fixtures.now
	some [note, change, want] in [
		["right", {}, set()],
		["pending", {"status": "offered"}, {"mandate_pending"}],
		["suspended and ended", {"status": "suspended", "valid_until": now}, {"mandate_suspended", "mandate_expired"}],
		["revoked", {"status": "revoked"}, {"mandate_revoked"}],
		["not started", {"valid_from": now + 1}, {"mandate_not_started"}],
		["too long", {"valid_until": now + (3000 * fixtures.day)}, {"mandate_too_long"}],
		["limits", {"operations": ["view"]}, {"operation_not_covered"}],
		["level", {"loa": "eh2"}, {"mandate_loa_insufficient"}],
		["joint", {"joint": {"required": 2, "with": []}}, {"joint_authority_required"}],
		["onward", {"derived_from": {}}, {"parent_not_in_force"}],
	]
	mandate := object.union(fixtures.employee, change)
	asked := fixtures.direct([mandate])
	link.reasons(mandate, fixtures.service, "eh3") == want with input as asked
	held := count({1 | link.holds(mandate, fixtures.service, "eh3")}) with input as asked
	held == count({1 | want == set()})
}

test_source[note] if {
	parent := fixtures.statutory("parental_authority")
	passed_on := object.union(fixtures.onward, {"parent": {"mandate": parent}})
	for_clients := object.union(fixtures.onward, {"parent": {"mandate": {"reach": "clients"}}})
	adult := {"party": fixtures.person}
	bankrupt := {"party": object.union(fixtures.firm, {"states": [{"state": "bankrupt", "since": 0}]})}
	some [note, mandate, represented, want] in [
		["right", fixtures.employee, {"party": fixtures.firm}, set()],
		["onward", fixtures.onward, {"party": fixtures.firm}, set()],
		["onward of what is for clients", for_clients, {"party": fixtures.firm}, {"parent_not_in_force"}],
		["branch", object.union(fixtures.employee, {"branches": ["1"]}), {"party": fixtures.firm}, {"branch_required"}],
		["of age", parent, adult, {"majority_reached"}],
		["of age, so that what the parent passed on ends too", passed_on, adult, {"majority_reached"}],
		["bankrupt", fixtures.employee, bankrupt, {"represented_bankrupt"}],
	]
	asked := object.union(object.remove(fixtures.direct([mandate]), ["represented"]), {"represented": represented})
	link.source_reasons(mandate, fixtures.service) == want with input as asked
	held := count({1 | link.source_holds(mandate, fixtures.service)}) with input as asked
	held == count({1 | want == set()})
}
