package admin.catalogue_test

import data.admin.fixtures_test as acts
import data.fixtures_test as fixtures

_service(changes) := {"services": [object.union(object.remove(acts.tax, ["terms"]), {
	"terms": object.union(object.remove(acts.terms, object.keys(changes)), changes),
})]}

test_reasons[note] if {
	business := object.union(object.remove(acts.mandate, ["reach"]), {"kind": "business", "delegate_kind": "organisation"})
	no_chains := object.union(business, _service({"chains": false}))
	voluntary := {"kind": "voluntary", "all_services": true, "services": []}
	statutory := object.union(object.remove(acts.mandate, ["reach"]), {"kind": "statutory", "ground": "bewind"})
	new_ground := object.union(statutory, {"ground": "liquidator"})
	some [note, asked, want] in [
		["right", acts.grant({}), []],
		["not active", acts.grant(_service({"active": false})), ["service_inactive"]],
		["another kind", acts.grant(_service({"kinds": {"business": true}})), ["service_not_mandatable"]],
		["limited", acts.grant({"branches": ["1"]}), []],
		["limited, where it cannot be", acts.grant(object.union(_service({"branches": false}), {"branches": ["1"]})), [
			"branches_not_accepted",
		]],
		[
			"a limited manager", acts.by_mandates(
				"manager.appoint", {"mandate": object.union(acts.managing_mandate, {"branches": ["1"]})},
				[fixtures.statutory("signatory")],
			),
			[],
		],
		["to an organisation", acts.by_mandates("mandate.grant", {"mandate": business}, [acts.manager]), []],
		["to one where that cannot be", acts.by_mandates("mandate.grant", {"mandate": no_chains}, [acts.manager]), [
			"chain_not_accepted",
		]],
		[
			"everything, for a person", acts.by_mandates("mandate.offer", {"mandate": object.union(acts.mandate, voluntary)}, [
				fixtures.statutory("signatory"),
			]),
			["all_services_not_for_voluntary"],
		],
		["a ground", acts.system("registrar", "mandate.grant", {"mandate": statutory}), []],
		["another ground", acts.system("registrar", "mandate.grant", {"mandate": new_ground}), ["service_not_mandatable"]],
		[
			"what it would be counts", acts.by_mandates(
				"mandate.change", {
					"current": acts.mandate, "mandate": object.union(acts.mandate, _service({"active": false})),
				},
				[acts.manager],
			),
			["service_inactive"],
		],
		["not to end it", acts.does("mandate.revoke", _service({"active": false})), []],
	]
	data.admin.decision.reasons == want with input as asked
}

_to(party) := object.union(acts.grant({}), {"delegate": {"party": party}})

test_delegate[note] if {
	some [note, kind, state, want] in [
		["a bankrupt person", "person", "bankrupt", []],
		["who has died", "person", "deceased", ["delegate_not_active"]],
		["who is under curatele", "person", "curatele", ["delegate_not_active"]],
		["a bankrupt firm", "organisation", "bankrupt", ["delegate_not_active"]],
	]
	asked := _to({"kind": kind, "states": [{"state": state, "since": 0}]})
	data.admin.decision.reasons == want with input as asked
}

# an offer to whoever has the code
test_open_offer if {
	states := [{"state": "bankrupt", "since": fixtures.now - fixtures.day}]
	bankrupt := object.union(fixtures.firm, {"states": states})
	offer := object.union(acts.mandate, {"delegate": fixtures.firm.party_id, "granted_under": "bankruptcy_curator"})
	curator := fixtures.statutory("bankruptcy_curator")
	asked := object.union(acts.by_mandates("mandate.offer", {"mandate": offer}, [curator]), {
		"represented": {"party": bankrupt, "managing": {"represented": {"party": bankrupt}}},
		"delegate": {"party": bankrupt, "managing": {"represented": {"party": bankrupt}}},
	})
	data.admin.decision.allow with input as asked
}
