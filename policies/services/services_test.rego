package services_test

import data.admin
import data.admin.fixtures_test as acts
import data.authz
import data.fixtures_test as fixtures
import data.services

_id := fixtures.service.service_id

_by_oneself := {"basis": "self", "links": [], "parties": []}

_direct := {"basis": "mandate", "links": [fixtures.employee], "parties": []}

_chain := {"basis": "chain", "links": [fixtures.business, fixtures.employee], "parties": [fixtures.office]}

_elsewhere := {"service_id": "elsewhere"}

_onward := {"basis": "mandate", "links": [fixtures.onward], "parties": []}

_listed := {fixtures.office.kvk: true}

_other := {fixtures.firm.kvk: true}

test_objections[note] if {
	some [note, conditions, path, want] in [
		["none at all", {}, _chain, set()],
		["one that holds", {"intermediaries": _listed}, _chain, set()],
		["one that does not", {"intermediaries": _other}, _chain, {"intermediary_not_listed"}],
		[
			"two that do not", {"intermediaries": _other, "chains": {}}, _chain,
			{"intermediary_not_listed", "operation_not_by_chain"},
		],
		["nothing to do with this path", {"intermediaries": {}, "chains": {}}, _direct, set()],
		["passed on", {"firsthand": true}, _onward, {"onward_mandate_not_accepted"}],
		["levels are asked elsewhere", {"levels": {"view": "eh4"}}, _direct, set()],
		["levels that are none", {"levels": {"view": "eh5"}}, _by_oneself, {"service_condition_unknown"}],
		["no conditions, but something", true, _by_oneself, {"service_condition_unknown"}],
		["a list of conditions", ["firsthand"], _by_oneself, {"service_condition_unknown"}],
		["one that nobody knows", {"intermediairies": _listed}, _by_oneself, {"service_condition_unknown"}],
	]
	services.objections(fixtures.service, path) == want with input as {"request": {}}
		with data.tables.conditions as {_id: conditions}
	services.objections(_elsewhere, path) == set() with input as {"request": {}}
		with data.tables.conditions as {_id: conditions}
	services.objections(fixtures.service, path) == want with input as {"portal": _elsewhere, "request": {}}
		with data.tables.conditions as {_id: conditions}
}

# whoever enters by a portal meets the conditions of both
test_portal if {
	asked := {"portal": fixtures.service, "request": {}}
	reasons := services.objections({"service_id": "behind"}, _chain) with input as asked
		with data.tables.conditions as {_id: {"chains": {}}, "behind": {"intermediaries": {}}}
	reasons == {"operation_not_by_chain", "intermediary_not_listed"}
	level := services.level({"service_id": "behind"}, "eh2") with input as asked
		with data.tables.conditions as {_id: {"levels": {"view": "eh3"}}, "behind": {"levels": {"view": "eh2plus"}}}
	level == "eh3"
}

# each is named by its rule, also those of the portal
test_each if {
	asked := {"portal": fixtures.service, "request": {}}
	said := services.each({"service_id": "behind"}, _chain) with input as asked
		with data.tables.conditions as {_id: {"chains": {}, "firsthand": true}, "behind": {"levels": {"view": "high"}}}
	said == [
		{"rule": "services.levels.readable", "reasons": {"service_condition_unknown"}},
		{"rule": "services.chains.accepted", "reasons": {"operation_not_by_chain"}},
		{"rule": "services.firsthand.given", "reasons": set()},
	]
}

# what is no table must not pass for one without this service
test_no_table[note] if {
	some [note, table] in [
		["a list", [{_id: {"firsthand": true}}]],
		["nothing", null],
		["shut off", false],
	]
	reasons := services.objections(fixtures.service, _direct) with input as {"request": {}}
		with data.tables.conditions as table
	reasons == {"service_condition_unknown"}
}

# what is not told apart may have any
test_service_without_a_name if services.objections({}, _direct) == {"service_condition_unknown"}

test_level[note] if {
	levels := {"view": "eh2", "sign": "eh3", "submit": "eh4"}
	some [note, general, request, want] in [
		["named, and lower than the service's", "eh3", {"operation": "view"}, "eh3"],
		["named, and as high", "eh3", {"operation": "sign"}, "eh3"],
		["named, and higher", "eh2", {"operation": "submit"}, "eh4"],
		["not named", "eh2", {"operation": "Submit"}, "eh4"],
		["no operation", "eh2", {}, "eh4"],
	]
	services.level(fixtures.service, general) == want with input as {"request": request}
		with data.tables.conditions as {_id: {"levels": levels}}
	services.level(fixtures.service, general) == general with input as {"request": request}
		with data.tables.conditions as {"elsewhere": {"levels": levels}}
}

# the whole answer: another path may carry where one meets an objection
test_another_path if {
	asked := object.union(
		fixtures.asks({
			"direct": [fixtures.onward, fixtures.employee],
			"chains": [{"intermediary": fixtures.office, "first": [fixtures.business], "second": [fixtures.employee]}],
		}),
		{"request": {"loa": "eh3", "operation": "view"}},
	)
	free := authz.decision with input as asked
	free.mandates == ["employee"]
	chain := object.union(asked, {"services": [object.remove(asked.services[0], ["direct"])]})
	open := authz.decision with input as chain with data.tables.conditions as {_id: {"chains": {"view": true}}}
	open.basis == "chain"
	shut := authz.decision with input as chain with data.tables.conditions as {_id: {"chains": {}}}
	shut.reasons == ["operation_not_by_chain"]
	onward := object.union(asked, {"services": [object.union(asked.services[0], {"direct": [fixtures.onward]})]})
	by_chain := authz.decision with input as onward with data.tables.conditions as {_id: {"firsthand": true}}
	by_chain.basis == "chain"
}

test_stronger_login[note] if {
	levels := {"view": "eh2", "submit": "eh4"}
	strong := object.union(fixtures.employee, {"loa": "eh4"})
	some [note, mandate, request, wanted, want] in [
		[
			"login", strong, {"loa": "eh3", "operation": "submit"}, levels,
			{"reasons": ["loa_insufficient"], "loa_required": "eh4"},
		],
		[
			"mandate", fixtures.employee, {"loa": "eh4", "operation": "submit"}, levels,
			{"reasons": ["mandate_loa_insufficient"], "loa_required": null},
		],
		["enough", strong, {"loa": "eh4", "operation": "submit"}, levels, {"allow": true}],
		["another operation", fixtures.employee, {"loa": "eh3", "operation": "view"}, levels, {"allow": true}],
		["no operation", fixtures.employee, {"loa": "eh4"}, levels, {"reasons": ["mandate_loa_insufficient"]}],
		[
			"a level that nobody knows", strong, {"loa": "eh4", "operation": "view"}, {"view": "eh9"},
			{"reasons": ["service_condition_unknown"], "loa_required": null},
		],
	]
	asked := object.union(fixtures.direct([mandate]), {"request": request})
	answer := authz.decision with input as asked with data.tables.conditions as {_id: {"levels": wanted}}
	every key, value in want {
		answer[key] == value
	}
}

# managing is a service like any other: conditions of others do not touch it
test_managing if {
	elsewhere := {"elsewhere": {"chains": {}, "intermediaries": {}, "firsthand": true, "levels": {"view": "eh4"}}}
	free := admin.decision with input as acts.grant({})
	free.allow == true
	same := admin.decision with input as acts.grant({}) with data.tables.conditions as elsewhere
	same == free
}

# what stands in the table is meant by some rule
test_table[name] if {
	some name, _ in data.tables.conditions
	reasons := services.objections({"service_id": name}, _by_oneself) with input as {"request": {}}
	not "service_condition_unknown" in reasons
}
