package admin.wider_test

import data.admin.fixtures_test as acts

_survivor := object.union(acts.mandate, {
	"kind": "voluntary",
	"survivor": true,
	"operations": ["read", "send"],
	"reads_messages": true,
})

# what is to outlive the represented nobody else makes more of
test_change[note] if {
	some [note, changes, want] in [
		["another name", {}, []],
		["fewer operations", {"operations": ["read"]}, []],
		["one branch", {"branches": ["1"]}, []],
		["for a shorter time", {"valid_until": acts.mandate.valid_until - 1}, []],
		["no services", {"services": []}, []],
		["other operations", {"operations": ["read", "sign"]}, ["survivor_by_himself_only"]],
		["all operations", {"operations": "all"}, ["survivor_by_himself_only"]],
		["for a longer time", {"valid_until": acts.mandate.valid_until + 1}, ["survivor_by_himself_only"]],
		["another level", {"loa": "eh2"}, ["survivor_by_himself_only"]],
		["another reach", {"reach": "own_and_clients"}, ["survivor_by_himself_only"]],
		["to be passed on", {"substitution": true}, ["survivor_by_himself_only"]],
		["all of an owner", {"owner": acts.owner}, ["survivor_by_himself_only"]],
		["another service", {"services": [object.union(acts.tax, {"service_uuid": "care"})]}, [
			"survivor_by_himself_only",
		]],
		["as it was asked", {"status": "requested"}, []],
	]
	mandate := object.union(_survivor, changes)
	asked := acts.by_mandates("mandate.change", {"current": _survivor, "mandate": mandate}, [acts.manager])
	data.admin.decision.reasons == want with input as asked
}

# nor does a manager agree to what only the delegate asked
test_not_yet_granted[note] if {
	some note in ["requested", "offered"]
	current := object.union(_survivor, {"status": note})
	asked := acts.by_mandates("mandate.approve", {"current": current, "mandate": _survivor}, [acts.manager])
	data.admin.decision.reasons == ["survivor_by_himself_only"] with input as asked
}
