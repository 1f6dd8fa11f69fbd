package admin.coherent_test

import data.admin.fixtures_test as acts
import data.fixtures_test as fixtures

_changes(changes) := acts.by_mandates(
	"mandate.change", {
		"current": acts.mandate,
		"mandate": object.union(acts.mandate, changes),
	},
	[acts.manager],
)

test_reasons[note] if {
	law := fixtures.statutory("signatory")
	of_stranger := {"actor": {"party": {"party_id": "stranger"}}}
	rep := {"mandate": law, "managing": object.union(acts.side(fixtures.office, [law]).managing, of_stranger)}
	some [note, asked] in [
		["nothing is granted", acts.by_mandates("mandate.grant", {}, [acts.manager])],
		["nothing is ended", acts.by_mandates("mandate.revoke", {}, [acts.manager])],
		["another party's mandate", acts.grant({"represented": "stranger"})],
		["another delegate", acts.grant({"delegate": "stranger"})],
		["an onward mandate that nobody passed on", acts.grant({"derived_from": {"mandate_id": "x", "delegate": "y"}})],
		["another kind", _changes({"kind": "business"})],
		["another represented", object.union(_changes({}), {"act": {"current": {"represented": "stranger"}}})],
		["another delegate than before", object.union(_changes({}), {"act": {"current": {"delegate": "stranger"}}})],
		["another asks", object.union(acts.grant({}), {"represented": {"managing": of_stranger}})],
		["another asks for the delegate", object.union(acts.grant({}), {"delegate": {"managing": of_stranger}})],
		["another asks for whoever represents", object.union(acts.grant({}), {"represented": {"representatives": [rep]}})],
		["at another moment", object.union(acts.grant({}), {"represented": {"managing": {"now": 1}}})],
		["about another party", object.union(acts.grant({}), {"delegate": {"managing": {"represented": {
			"party": {"party_id": "stranger"},
		}}}})],
	]
	"act_incoherent" in data.admin.decision.reasons with input as asked
}

# the old mandate's delegate is not looked up
test_transfer if {
	moved := {"current": object.union(acts.mandate, {"delegate": "before"}), "mandate": object.union(acts.mandate, {
		"mandate_id": "new",
	})}
	data.admin.decision.allow with input as acts.by_mandates("mandate.transfer", moved, [acts.manager])
}

# whoever they are, a person and a system at once are nobody
test_two_callers if {
	both := object.union(acts.grant({}), {"system": {"role": "court"}})
	data.admin.coherent.reasons == {"act_incoherent"} with input as both
}
