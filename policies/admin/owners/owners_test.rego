package admin.owners_test

import data.admin.fixtures_test as acts

_appoints(scope) := acts.system("service_owner", "mandate.grant", {"mandate": object.union_n([
	object.remove(acts.mandate, ["reach"]),
	{"kind": "appointed", "services": []},
	scope,
])})

test_grants[note] if {
	shared := object.union(object.remove(acts.tax, ["owners"]), {"owners": [acts.owner, acts.other_owner]})
	some [note, scope, want] in [
		["its own service", {"services": [acts.tax]}, []],
		["that of another", {"services": [acts.manage]}, ["not_own_service"]],
		["one that others offer too", {"services": [shared]}, ["not_own_service"]],
		["its own services", {"owner": acts.owner}, []],
		["those of another owner", {"owner": acts.other_owner}, ["not_own_service"]],
		["everything", {"all_services": true}, ["not_own_service"]],
		["nothing", {}, ["not_own_service"]],
		["one that nobody offers", {"services": [{"service_uuid": "x", "owners": [], "terms": acts.terms}]}, [
			"not_own_service",
		]],
	]
	data.admin.decision.reasons == want with input as _appoints(scope)
}

test_sees[note] if {
	some [note, changes, want] in [
		["on its service", {}, true],
		["on its service among others", {"services": [acts.manage, acts.tax]}, true],
		["on all of its services", {"services": [], "owner": acts.owner}, true],
		["on everything", {"services": [], "all_services": true}, true],
		["on another's", {"services": [acts.manage]}, false],
		["on all of another's", {"services": [], "owner": acts.other_owner}, false],
	]
	current := object.union(acts.mandate, changes)
	data.admin.decision.allow == want with input as acts.system("service_owner", "mandate.view", {"current": current})
}

test_catalogue[note] if {
	some [note, name, owners, want] in [
		["its own", "service.change", [acts.owner], true],
		["another's", "service.change", [acts.other_owner], false],
		["shared", "instance.change", [acts.owner, acts.other_owner], false],
		["nobody's", "service.define", [], false],
		["its consent", "set.consent", [acts.other_owner, acts.owner], true],
		["another's consent", "set.consent", [acts.other_owner], false],
		["its events", "events.read", [acts.owner], true],
		["to look", "catalogue.view", [], true],
	]
	data.admin.decision.allow == want with input as acts.system("service_owner", name, {"owners": owners})
}

# the registrar keeps all of it, but consents for nobody
test_registrar[note] if {
	some note, want in {"service.change": true, "set.compose": true, "catalogue.import": true, "set.consent": false}
	data.admin.decision.allow == want with input as acts.system("registrar", note, {"owners": [acts.owner]})
}

test_without_owners if {
	not data.admin.decision.allow with input as acts.system("service_owner", "service.change", {})
	not data.admin.decision.allow with input as acts.system("service_owner", "mandate.view", {})
}
