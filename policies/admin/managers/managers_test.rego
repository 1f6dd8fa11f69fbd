package admin.managers_test

import data.admin.fixtures_test as acts
import data.admin.managers
import data.fixtures_test as fixtures

_makes(mandate) if managers.makes_manager(mandate)

test_makes_manager[note] if {
	some [note, mandate, want] in [
		["managing", acts.managing_mandate, 1],
		["a service", acts.mandate, 0],
		["everything", {"services": [], "all_services": true}, 1],
		["of the owner of managing", {"services": [], "owner": fixtures.service.owner}, 1],
		["of another owner", {"services": [], "owner": "another"}, 0],
	]
	count({1 | _makes(mandate)}) == want with input as acts.grant({})
	note
}

# where nobody asks, the owner of managing is not known
test_unknown_owner if _makes({"services": [], "owner": "another"}) with input as {"manage_service": "manage"}

_left(left) := {"current": acts.managing_mandate, "managers_left": left}

test_appointing[note] if {
	may := object.union(acts.manager, {"substitution": true})
	law := fixtures.statutory("signatory")
	appoints := {"mandate": acts.managing_mandate}
	of_other := {"current": acts.managing_mandate, "mandate": object.union(acts.managing_mandate, {"loa": "eh2"})}
	own := object.union(acts.managing_mandate, {"delegate": fixtures.person.party_id})
	himself := {"delegate": acts.nobody_for(fixtures.person)}
	onward := object.union(acts.managing_mandate, {"substitution": true})
	some [note, asked, want] in [
		["a legal representative", acts.by_mandates("manager.appoint", appoints, [law]), []],
		["a manager who may pass on", acts.by_mandates("manager.appoint", appoints, [may]), []],
		["a manager", acts.by_mandates("manager.appoint", appoints, [acts.manager]), ["may_not_appoint"]],
		["a manager, by a grant", acts.by_mandates("mandate.grant", appoints, [acts.manager]), ["may_not_appoint"]],
		[
			"a manager, by a change", acts.by_mandates(
				"mandate.change", {
					"current": acts.mandate,
					"mandate": acts.managing_mandate,
				},
				[acts.manager],
			),
			["may_not_appoint"],
		],
		["the right to make others", acts.by_mandates("mandate.grant", {"mandate": onward}, [may]), [
			"substitution_not_passed_on",
		]],
		["given by law", acts.by_mandates("mandate.grant", {"mandate": onward}, [law]), []],
		["another manager's limits", acts.by_mandates("manager.change", of_other, [may]), []],
		[
			"his own", object.union(
				acts.by_mandates(
					"manager.change", {
						"current": object.union(own, {"loa": "eh2"}),
						"mandate": own,
					},
					[may],
				),
				himself,
			),
			["own_managing_mandate"],
		],
		["himself anew", object.union(acts.by_mandates("mandate.grant", {"mandate": own}, [may]), himself), [
			"own_managing_mandate",
		]],
		[
			"his own end", object.union(
				acts.by_mandates(
					"manager.dismiss", {
						"current": own, "managers_left": 1,
					},
					[may],
				),
				himself,
			),
			[],
		],
	]
	data.admin.decision.reasons == want with input as asked
}

test_who_is_left[note] if {
	law := fixtures.statutory("signatory")
	some [note, asked, want] in [
		["one stays", acts.by_mandates("mandate.revoke", _left(1), [acts.manager]), []],
		["none stays", acts.by_mandates("mandate.revoke", _left(0), [acts.manager]), ["last_manager"]],
		["nobody counted", acts.by_mandates("mandate.suspend", {"current": acts.managing_mandate}, [acts.manager]), [
			"last_manager",
		]],
		[
			"what is suspended counts no more", acts.by_mandates(
				"mandate.revoke", {
					"current": object.union(acts.managing_mandate, {"status": "suspended"}),
				},
				[acts.manager],
			),
			[],
		],
		["a dismissal of who manages nothing", acts.does("manager.dismiss", {}), ["not_a_manager"]],
		["an appointment to something else", acts.by_mandates("manager.appoint", {"mandate": acts.mandate}, [law]), [
			"not_a_manager",
		]],
		[
			"a dismissal that leaves the rest", acts.by_mandates(
				"manager.dismiss", {
					"current": acts.managing_mandate, "mandate": acts.mandate, "managers_left": 1,
				},
				[acts.manager],
			),
			[],
		],
	]
	data.admin.decision.reasons == want with input as asked
}

# a court ends what it must
test_court if {
	asked := acts.system("court", "mandate.revoke", {"current": acts.managing_mandate, "verified_by": ["telephone"]})
	data.admin.decision.allow with input as asked
}

# whoever acts for another makes no managers of it, whatever he may pass on
test_passing_on[note] if {
	some [note, kind, service, want] in [
		["an organisation makes a manager", "organisation", acts.manage, ["may_not_appoint"]],
		["an organisation passes on a service", "organisation", acts.tax, []],
		["a manager appoints", "person", acts.manage, []],
	]
	parent := object.union(acts.mandate, {
		"mandate_id": "parent", "delegate": fixtures.person.party_id, "delegate_kind": kind, "substitution": true,
	})
	child := object.union(acts.mandate, {
		"services": [service],
		"derived_from": {"mandate_id": "parent", "delegate": fixtures.person.party_id},
	})
	asked := object.union(
		acts.by_mandates("mandate.pass_on", {"mandate": child, "parent": parent}, []),
		{"parent_delegate": acts.nobody_for(fixtures.person)},
	)
	data.admin.decision.reasons == want with input as asked
}

# whether a manager is needed still
test_question[note] if {
	law := fixtures.statutory("signatory")
	managing := {"current": acts.managing_mandate}
	some [note, about, own, want] in [
		["another manager", managing, acts.manager, ["may_not_appoint"]],
		["a legal representative", managing, law, []],
		["of something else", {"current": acts.mandate}, acts.manager, []],
	]
	data.admin.decision.reasons == want with input as acts.by_mandates("mandate.reconfirm", about, [own])
}
