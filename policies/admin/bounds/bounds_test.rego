package admin.bounds_test

import data.admin.fixtures_test as acts
import data.fixtures_test as fixtures

_limited(limits) := object.union(acts.manager, limits)

_appoints(changes) := {"mandate": object.union(acts.managing_mandate, changes)}

test_branches[note] if {
	at_one := {"branches": ["1"]}
	both := object.union(at_one, {"operations": ["service:tax"]})
	mandate_at_one := object.union(acts.mandate, at_one)
	law_at_one := object.union(fixtures.statutory("signatory"), at_one)
	some [note, asked, want] in [
		["his branch", acts.by_mandates("mandate.grant", {"mandate": mandate_at_one}, [_limited(at_one)]), []],
		[
			"two", acts.by_mandates(
				"mandate.grant", {"mandate": object.union(acts.mandate, {"branches": ["1", "2"]})},
				[_limited(at_one)],
			),
			["beyond_own_branches"],
		],
		["all branches", acts.by_mandates("mandate.grant", {"mandate": acts.mandate}, [_limited(at_one)]), [
			"beyond_own_branches",
		]],
		["who signs for one branch", acts.by_mandates("mandate.grant", {"mandate": acts.mandate}, [law_at_one]), [
			"beyond_own_branches",
		]],
		[
			"what it was counts too", acts.by_mandates(
				"mandate.change", {
					"current": acts.mandate,
					"mandate": object.union(acts.mandate, at_one),
				},
				[_limited(at_one)],
			),
			["beyond_own_branches"],
		],
		["he sees no more", acts.by_mandates("mandate.view", {"current": acts.mandate}, [_limited(at_one)]), [
			"beyond_own_branches",
		]],
		["and ends no more", acts.by_mandates("mandate.revoke", {"current": acts.mandate}, [_limited(at_one)]), [
			"beyond_own_branches",
		]],
		["the party he may see", acts.by_mandates("party.view", {}, [_limited(both)]), []],
		["its mandates as a whole he may not", acts.by_mandates("mandate.view", {}, [_limited(both)]), [
			"beyond_own_branches", "beyond_own_services",
		]],
	]
	data.admin.decision.reasons == want with input as asked
}

test_services[note] if {
	for_tax := {"operations": ["service:tax"]}
	for_both := {"operations": ["service:tax", "service:manage"], "substitution": true}
	some [note, asked, want] in [
		["his service", acts.by_mandates("mandate.grant", {"mandate": acts.mandate}, [_limited(for_tax)]), []],
		[
			"managing is another", acts.by_mandates(
				"mandate.revoke", {
					"current": acts.managing_mandate,
					"managers_left": 1,
				},
				[_limited(for_tax)],
			),
			["beyond_own_services"],
		],
		[
			"all services", acts.by_mandates(
				"mandate.revoke", {
					"current": object.union(acts.mandate, {"all_services": true}),
					"managers_left": 1,
				},
				[_limited(for_tax)],
			),
			["beyond_own_services"],
		],
		[
			"those of an owner", acts.by_mandates(
				"mandate.revoke", {
					"current": object.union(acts.mandate, {"owner": "owner"}),
				},
				[_limited(for_tax)],
			),
			["beyond_own_services"],
		],
		[
			"a manager limited alike", acts.by_mandates(
				"manager.appoint", _appoints({"operations": ["service:tax"]}),
				[_limited(for_both)],
			),
			[],
		],
		["a manager without limits", acts.by_mandates("manager.appoint", _appoints({}), [_limited(for_both)]), [
			"beyond_own_services",
		]],
	]
	data.admin.decision.reasons == want with input as asked
}

# branches are those of the represented: at the other end a limited manager has none
test_other_end if {
	firm := object.union(fixtures.office, {"party_id": "receiver"})
	received := object.union(object.remove(acts.mandate, ["reach"]), {
		"kind": "business", "delegate": "receiver", "delegate_kind": "organisation",
	})
	asked := object.union(acts.by_mandates("mandate.renounce", {"current": received}, []), {
		"delegate": acts.side(firm, [_limited({"branches": ["1"]})]),
	})
	data.admin.decision.reasons == ["beyond_own_branches"] with input as asked
}
