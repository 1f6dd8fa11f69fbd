package authz.why_test

import data.authz.why
import data.fixtures_test as fixtures

_base := fixtures.direct([fixtures.employee])

_chain := fixtures.chain(fixtures.business, fixtures.employee)

_nothing := fixtures.direct([])

_self := object.union(_nothing, {"represented": {"party": fixtures.person}})

_via := {"via": {"party": fixtures.office}}

# `rule mandate reason …` for each rule that does not hold
_failing(rules) := {line |
	some one in rules
	not one.holds
	line := concat(" ", array.flatten([one.rule, object.get(one, "mandate", "-"), one.reasons]))
}

test_question[note] if {
	some [note, asked, want] in [
		["all well", _base, set()],
		["actor", object.remove(_base, ["actor"]), {"authz.question.understood - actor_unknown"}],
		["means", _with({"actor": {"means": {"active": false}}}), {"authz.question.means_active - means_inactive"}],
		["ward", _with({"actor": {"party": _under_curatele}}), {"authz.question.actor_able - actor_under_curatele"}],
		["no login", _asking({}), {"authz.question.login_known - loa_missing"}],
		["unknown login", _asking({"loa": "best"}), {"authz.question.login_known - loa_unknown"}],
		["level", _with({"request": {"min_loa": "best"}}), {"authz.question.asked_level_known - loa_unknown"}],
		["branch", _with({"request": {"branch": "1"}}), {"authz.question.branch_passes - branch_unknown"}],
		["portal", _with({"portal": _closed}), {"authz.question.portal_active - service_inactive"}],
		["found though too many", _with({"via_needed": true}), set()],
		["too many", object.union(_nothing, {"via_needed": true}), {"authz.why.found_without_via - via_required"}],
	]
	_failing(why.question) == want with input as asked
}

_with(change) := object.union(_base, change)

_asking(request) := object.union(object.remove(_base, ["request"]), {"request": request})

_under_curatele := {"states": [{"state": "curatele", "since": 0}]}

_closed := {"service_id": "portal", "definition": {"active": false}}

test_paths[note] if {
	some [note, asked, want] in [
		["direct", _base, [["mandate", ["employee"], set()]]],
		["chain", _chain, [["chain", ["business", "employee"], set()]]],
		["himself", _self, [["self", [], set()]]],
		["not understood", object.remove(_base, ["actor"]), []],
		["nothing", _nothing, [_none]],
		["not looked up", object.union(_nothing, {"via_needed": true}), [_not_looked_up]],
		["empty portal", _with({"portal": fixtures.service, "services": []}), [_none]],
	]
	paths := why.paths with input as asked
	[[one.basis, one.mandates, _failing(one.rules)] | some one in paths] == want
}

_none := ["none", [], {"authz.why.something_found - no_mandate"}]

_not_looked_up := ["none", [], {"authz.why.found_without_via - via_required"}]

test_paths_that_do_not_count[note] if {
	for_clients := object.union(fixtures.employee, {"reach": "clients"})
	elsewhere := object.union(_chain, {"via": {"party": fixtures.firm}})
	some [note, asked, want] in [
		["himself", object.union(_self, _via), ["self", [], {"authz.path.as_himself - no_mandate"}]],
		["direct", _with(_via), ["mandate", ["employee"], {"authz.path.by_one_mandate - no_mandate"}]],
		["clients", fixtures.direct([for_clients]), ["mandate", ["employee"], {"authz.path.direct employee no_mandate"}]],
		["chain", elsewhere, ["chain", ["business", "employee"], {"authz.chain.through_named - no_mandate"}]],
	]
	paths := why.paths with input as asked
	[[one.basis, one.mandates, _failing(one.rules)] | some one in paths] == [want, _none]
}

test_chain_for_himself if {
	paths := why.paths with input as object.union(_chain, {"represented": {"party": fixtures.person}})
	[_failing(one.rules) | some one in paths] == [set(), {"authz.why.through_others - no_mandate"}]
}

test_own_condition if {
	own := {fixtures.service.service_id: {"chains": {"view": true}}}
	paths := why.paths with input as _chain with data.tables.conditions as own
	_failing(paths[0].rules) == {"services.chains.accepted - operation_not_by_chain"}
}

test_conditions[note] if {
	listed := {"intermediaries": {fixtures.office.kvk: true}}
	some [note, own, want] in [
		["none", {}, set()],
		["one that holds", listed, {"services.intermediaries.listed"}],
		["two", object.union(listed, {"firsthand": true}), {"services.intermediaries.listed", "services.firsthand.given"}],
		["one that nobody knows", {"firsthnad": true}, {"services.objections"}],
		["no conditions, but something", true, {"services.objections"}],
	]
	paths := why.paths with input as _chain with data.tables.conditions as {fixtures.service.service_id: own}
	{one.rule | some one in paths[0].rules; startswith(one.rule, "services.")} == want
}

test_whole_path if {
	paths := why.paths with input as _chain
	object.remove(paths[0], ["rules"]) == {
		"service_id": fixtures.service.service_id,
		"basis": "chain",
		"mandates": ["business", "employee"],
		"intermediary": fixtures.office.party_id,
		"holds": true,
		"reasons": [],
	}
}

test_rule_of_one_mandate if {
	asked := fixtures.direct([object.union(fixtures.employee, {"status": "suspended"})])
	paths := why.paths with input as asked
	[paths[0].holds, paths[0].reasons] == [false, ["mandate_suspended"]]
	some one in paths[0].rules
	one == {
		"rule": "authz.validity.active",
		"holds": false,
		"reasons": ["mandate_suspended"],
		"mandate": "employee",
	}
}

test_of_service[note] if {
	closed := {"definition": {"active": false}}
	without_chains := {"definition": {"chains": false}}
	too_much := {
		"authz.level.mandate_suffices employee mandate_loa_insufficient",
		"authz.level.within_catalogue - loa_above_catalogue",
	}
	some [note, asked, want] in [
		["closed", _for(_base, closed), {"authz.service.active - service_inactive"}],
		["no chains", _for(_chain, without_chains), {"authz.service.accepts_chains - chain_not_accepted"}],
		["login too low", _asking({"loa": "eh2"}), {"authz.level.login_suffices - loa_insufficient"}],
		["login unknown", _asking({"loa": "best"}), set()],
		["more than asked", _asking({"loa": "eh4", "min_loa": "eh4"}), too_much],
	]
	paths := why.paths with input as asked
	[_failing(one.rules) | some one in paths] == [want]
}

_for(asked, change) := object.union(asked, {"services": [object.union(asked.services[0], {"service": change})]})

test_of_links[note] if {
	at_home := object.union(fixtures.employee, {"branches": ["1"], "reach": "own"})
	owner_dead := {"actor": {"party": {"states": [{"state": "deceased", "since": 0}]}}}
	want_second := {
		"authz.chain.reaches_clients employee reach_own_only",
		"authz.chain.second_unlimited employee second_link_branch_limited",
	}
	want_owner := {
		"authz.path.owner_may_act owner represented_deceased",
		"authz.service.mandatable owner service_not_mandatable",
	}
	want_first := {"authz.chain.first_link_allowed employee chain_first_link_not_allowed"}
	some [note, asked, want] in [
		["first", fixtures.chain(fixtures.employee, fixtures.employee), want_first],
		["second", fixtures.chain(fixtures.business, at_home), want_second],
		["owner", object.union(fixtures.direct([fixtures.statutory("owner")]), owner_dead), want_owner],
	]
	paths := why.paths with input as asked
	[_failing(one.rules) | some one in paths] == [want]
}
