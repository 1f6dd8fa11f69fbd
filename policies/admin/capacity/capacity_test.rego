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

# who is not known here may make himself known, and do nothing else
test_stranger[note] if {
	stranger := {"loa": "eh2"}
	some [note, change, want] in [
		["a login that is new", {"actor": stranger}, []],
		["below eh2", {"actor": {"loa": "eh1"}}, ["loa_insufficient"]],
		["without a level", {"actor": {}}, ["not_representative"]],
		["at a level that is none", {"actor": {"loa": "high five"}}, ["not_representative"]],
		["who is known already", {"actor": acts.actor}, ["not_representative"]],
		["with a means that is known", {"actor": {"loa": "eh3", "means": {"active": false}}}, ["not_representative"]],
		["the registrar, who registers others", {"system": {"role": "registrar"}}, ["not_for_this_capacity"]],
		["anything else", {"actor": stranger, "act": {"name": "catalogue.view"}}, ["not_representative"]],
		["a party of whom he knows", {"actor": stranger, "act": {"name": "party.view"}}, ["not_representative"]],
	]
	asked := object.union({"now": fixtures.now, "act": {"name": "party.enrol"}}, change)
	data.admin.decision.reasons == want with input as asked
}

# an employer makes its employees known, at the level of his login at most, and of his own mandate (R86, R138)
test_employer[note] if {
	at := {"identified_at": "eh3"}
	enrols := acts.by_mandates("employee.enrol", at, [acts.manager])
	joint := object.union(fixtures.statutory("signatory"), {"joint": {"required": 2, "with": ["another"]}})
	at_four := acts.by_mandates("employee.enrol", {"identified_at": "eh4"}, [acts.manager])
	high := object.union(at_four, {"actor": {"loa": "eh4"}})
	branch := object.union(acts.manager, {"branches": ["000090000041"]})
	some [note, asked, want] in [
		["a manager", enrols, []],
		["one of several directors", acts.by_mandates("employee.enrol", at, [joint]), []],
		["a manager of one branch", acts.by_mandates("employee.enrol", at, [branch]), []],
		["who manages for nobody", acts.by_mandates("employee.enrol", at, []), ["not_representative"]],
		["a weaker login", object.union(enrols, {"actor": {"loa": "eh2"}}), ["loa_insufficient"]],
		["a level above that of his mandate", high, ["above_own_level"]],
		["at no level", acts.by_mandates("employee.enrol", {}, [acts.manager]), ["act_incoherent"]],
		["the registrar", acts.system("registrar", "employee.enrol", at), ["not_for_this_capacity"]],
		["a service owner", acts.system("service_owner", "employee.enrol", at), ["not_for_this_capacity"]],
	]
	data.admin.decision.reasons == want with input as asked
}
