package admin.level_test

import data.admin.fixtures_test as acts
import data.admin.level
import data.fixtures_test as fixtures

_at(asked, loa) := object.union(asked, {"actor": {"loa": loa}, "represented": {"managing": {"request": {"loa": loa}}}})

test_required[note] if {
	some [note, name, loa, want] in [
		["the level of the mandate", "mandate.change", "eh4", "eh4"],
		["to end eh2", "mandate.revoke", "eh2", "eh2"],
		["to end eh2plus", "mandate.revoke", "eh2plus", "eh2"],
		["to end eh3", "mandate.revoke", "eh3", "eh3"],
		["to end eh4", "mandate.revoke", "eh4", "eh3"],
		["to see", "mandate.view", "eh4", "eh2"],
	]
	level.required == want with input as acts.does(name, {"loa": loa})
}

_together(login) := object.union(
	acts.by_mandates("mandate.consent", {"current": acts.mandate}, [object.union(fixtures.statutory("signatory"), {
		"joint": {"required": 2, "with": [fixtures.other_person.party_id]},
	})]),
	{"represented": {"managing": {"together": [login]}}},
)

test_reasons[note] if {
	low := object.union(acts.manager, {"loa": "eh2plus"})
	low_onward := object.union(fixtures.onward, {"parent": {"mandate": {"loa": "eh2"}}})
	at_four := {"mandate": object.union(acts.mandate, {"loa": "eh4"})}
	four := _at(acts.by_mandates("mandate.grant", at_four, [object.union(acts.manager, {"loa": "eh4"})]), "eh4")
	law := fixtures.statutory("signatory")
	other := {"party": fixtures.other_person}
	some [note, asked, want] in [
		["right", acts.grant({}), []],
		["a mandate below eh2", acts.grant({"loa": "eh1"}), ["mandate_below_eh2"]],
		["a weaker login", _at(acts.grant({}), "eh2"), ["loa_insufficient"]],
		["a weaker login ends what is weaker", _at(acts.does("mandate.revoke", {"loa": "eh2"}), "eh2"), []],
		["and not what is not", _at(acts.does("mandate.revoke", {}), "eh2"), ["loa_insufficient"]],
		["below everything", _at(acts.does("mandate.revoke", {"loa": "eh2"}), "eh1"), ["loa_insufficient"]],
		["of no known level", _at(acts.does("mandate.revoke", {"loa": "eh2"}), "best"), ["loa_unknown"]],
		[
			"suspended in haste", object.union(
				_at(acts.does("mandate.suspend", {}), "eh1"),
				{"act": {"deviation": "the means was stolen"}},
			),
			[],
		],
		[
			"in haste and unknown", object.union(
				_at(acts.does("mandate.suspend", {}), "best"),
				{"act": {"deviation": "the means was stolen"}},
			),
			["loa_unknown"],
		],
		["reactivated in haste", _at(acts.does("mandate.reactivate", {"status": "suspended"}), "eh2"), ["loa_insufficient"]],
		["above the manager's own", acts.by_mandates("mandate.grant", {"mandate": acts.mandate}, [low]), [
			"above_own_level", "mandate_loa_insufficient",
		]],
		["above that of what his own rests on", acts.by_mandates("mandate.grant", {"mandate": acts.mandate}, [low_onward]), [
			"above_own_level", "mandate_loa_insufficient",
		]],
		[
			"who represents by law has no level of his own", acts.by_mandates(
				"mandate.grant", {"mandate": acts.mandate},
				[object.union(law, {"loa": "eh2"})],
			),
			[],
		],
		["at eh4, unsigned", four, ["signature_required"]],
		["at eh4, signed", object.union(four, {"act": {"signed": true}}), []],
		["together", _together(object.union(other, {"loa": "eh3"})), []],
		["together with a weaker login", _together(object.union(other, {"loa": "eh2"})), ["loa_insufficient"]],
		["together with a login without a level", _together(other), ["loa_missing"]],
	]
	data.admin.decision.reasons == want with input as asked
}

# a login without a level is none
test_missing if {
	asked := acts.does("mandate.revoke", {"loa": "eh2"})
	without := object.union(object.remove(asked, ["actor"]), {"actor": object.remove(asked.actor, ["loa"])})
	level.reasons({"end": "represented", "limits": []}) == {"loa_missing"} with input as without
}
