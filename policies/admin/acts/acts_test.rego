package admin.acts_test

import data.admin.fixtures_test as acts
import data.fixtures_test as fixtures

test_reasons[note] if {
	joint := object.union(fixtures.statutory("signatory"), {"joint": {"required": 2, "with": ["another"]}})
	offered := {"status": "offered", "delegate": fixtures.person.party_id}
	activates := acts.as_delegate("mandate.activate", {"current": object.union(acts.mandate, offered)}, {})
	verified := {"act": {"code_verified": true}}
	some [note, asked, want] in [
		["activated with the code", object.union(activates, verified), []],
		["without the code", activates, ["code_not_verified"]],
		["a code that was wrong", object.union(activates, {"act": {"code_verified": false}}), ["code_not_verified"]],
		[
			"for a person", object.union_n([activates, verified, {
				"act": {"current": {"delegate": fixtures.other_person.party_id}},
				"delegate": acts.side(fixtures.other_person, [acts.manager]),
			}]),
			["in_person_only"],
		],
		[
			"several, where nothing waits",
			acts.by_mandates("mandate.change", {"current": acts.mandate, "mandate": acts.mandate}, [joint]),
			["joint_authority_required"],
		],
		["several, to stop it", acts.by_mandates("mandate.suspend", {"current": acts.mandate}, [joint]), []],
		[
			"a deviation for anything else",
			object.union(acts.grant({}), {"act": {"deviation": "in haste"}}), ["deviation_not_allowed"],
		],
		[
			"a deviation that says nothing",
			object.union(acts.does("mandate.suspend", {}), {"act": {"deviation": " "}}), ["deviation_not_allowed"],
		],
	]
	data.admin.decision.reasons == want with input as asked
}

# who asked may take it back, who was asked may refuse
test_turns[note] if {
	some [note, name, status, by_manager, by_delegate] in [
		["a request is rejected by the represented", "mandate.reject", "requested", true, false],
		["a request is withdrawn by the delegate", "mandate.withdraw", "requested", false, true],
		["an offer is withdrawn by the represented", "mandate.withdraw", "offered", true, false],
		["an offer is rejected by the delegate, or a co-grantor", "mandate.reject", "offered", true, true],
		["nobody withdraws what is in force", "mandate.withdraw", "active", false, false],
	]
	data.admin.decision.allow == by_manager with input as acts.does(name, {"status": status})
	about := {"current": object.union(acts.mandate, {"status": status, "delegate": fixtures.person.party_id})}
	data.admin.decision.allow == by_delegate with input as acts.as_delegate(name, about, {})
}
