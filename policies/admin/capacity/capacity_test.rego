package admin.capacity_test

import data.admin.capacity
import data.admin.fixtures_test as acts
import data.fixtures_test as fixtures

_look(change) := object.union({"now": fixtures.now, "act": {"name": "catalogue.view"}}, change)

test_open_to_all[note] if {
	dead := object.union(fixtures.person, {"states": [{"state": "deceased", "since": 0}]})
	some [note, change, want] in [
		["a person", {"actor": acts.actor}, true],
		["a means that was switched off", {"actor": object.union(acts.actor, {"means": {"active": false}})}, false],
		["a login without a level", {"actor": object.remove(acts.actor, ["loa"])}, false],
		["somebody unknown", {"actor": {"loa": "eh3"}}, false],
		["who has died", {"actor": object.union(acts.actor, {"party": dead})}, false],
		["an organisation", {"actor": object.union(acts.actor, {"party": {"kind": "organisation"}})}, false],
		["a service owner", {"system": {"role": "service_owner", "owner": "owner"}}, true],
		["a court", {"system": {"role": "court"}}, true],
		["an unknown system", {"system": {"role": "printer"}}, false],
		["both at once", {"system": {"role": "registrar"}, "actor": acts.actor}, false],
		["nobody", {}, false],
	]
	data.admin.decision.allow == want with input as _look(change)
}

# at which end the caller stands
test_ends[note] if {
	onward := object.union(acts.mandate, {"derived_from": {"mandate_id": "parent", "delegate": fixtures.person.party_id}})
	some [note, asked, roles] in [
		["a manager", acts.grant({}), ["manager", "person"]],
		["the delegate", acts.as_delegate("mandate.view", {}, {}), ["delegate", "person"]],
		[
			"who passed it on", object.union(acts.by_mandates("mandate.view", {"current": onward}, []), {
				"parent_delegate": acts.nobody_for(fixtures.person),
			}),
			["passer", "person"],
		],
		["a court", acts.system("court", "mandate.view", {"current": acts.mandate}), ["court"]],
	]
	[who.role | some who in capacity.candidates] == roles with input as asked
}

test_who_passed_on_revokes if {
	onward := object.union(acts.mandate, {"derived_from": {"mandate_id": "parent", "delegate": fixtures.person.party_id}})
	asked := object.union(acts.by_mandates("mandate.revoke", {"current": onward}, []), {
		"parent_delegate": acts.nobody_for(fixtures.person),
	})
	answer := data.admin.decision with input as asked
	answer.capacity == "delegate"
}
