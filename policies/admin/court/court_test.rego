package admin.court_test

import data.admin.fixtures_test as acts
import data.fixtures_test as fixtures

test_reasons[note] if {
	bankrupt := object.union(fixtures.firm, {"states": [{"state": "bankrupt", "since": 0}]})
	of_bankrupt := {"represented": {"party": bankrupt}}
	ruled := object.union(object.remove(acts.mandate, ["reach"]), {"kind": "statutory", "ground": "bewind"})
	views := acts.system("court", "mandate.view", {"current": acts.mandate})
	revokes := acts.system("court", "mandate.revoke", {"current": acts.mandate})
	some [note, asked, want] in [
		["verified", object.union(revokes, {"act": {"verified_by": ["telephone"]}}), []],
		["verified by nothing", object.union(revokes, {"act": {"verified_by": [" "]}}), ["court_request_unverified"]],
		["verified by none", object.union(revokes, {"act": {"verified_by": []}}), ["court_request_unverified"]],
		["not verified", revokes, ["court_request_unverified"]],
		["sees what it does not concern", views, ["not_concerning_the_court"]],
		["sees the mandates of a bankrupt", object.union(views, of_bankrupt), []],
		["sees a bankrupt", object.union(acts.system("court", "party.view", {}), of_bankrupt), []],
		["sees what it ruled", acts.system("court", "mandate.view", {"current": ruled}), []],
		["sees the catalogue", acts.system("court", "catalogue.view", {}), []],
		["sees in a case", object.union(views, {"act": {"verified_by": ["case file"]}}), []],
	]
	data.admin.decision.reasons == want with input as asked
}
