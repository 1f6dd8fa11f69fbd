# METADATA
# title: What each rule says
# description: |
#   Every rule that `authz.decision` asks, asked of the question and of every path that was found, with what its failing
#   gives. A path holds when all of its rules do; a denial has the reasons of the question and of the nearest path.
# schemas:
#   - input: schema.input
package authz.why

import data.authz.chain
import data.authz.level
import data.authz.path as paths_found
import data.authz.question as questions
import data.authz.service as terms
import data.authz.state
import data.services

# METADATA
# title: What the rules say of the question itself
# description: What is not understood is judged no further (R12, R15, R17).
# scope: document
question := [_about("authz.question.understood", questions.misunderstood)] if not questions.understood(input)

else := array.concat(_itself, [_about("authz.why.found_without_via", {"via_required" | not found_without_via})])

_itself := [
	_about("authz.question.understood", set()),
	_about("authz.question.means_active", {"means_inactive" | not questions.means_active(input.actor)}),
	_about("authz.question.actor_able", questions.common & {"actor_deceased", "actor_under_curatele"}),
	_about("authz.question.login_known", _login),
	_about("authz.question.asked_level_known", {"loa_unknown" | not questions.asked_level_known(input.request)}),
	_about("authz.question.branch_passes", questions.common & {"branch_not_for_person", "branch_unknown"}),
	_about("authz.question.portal_active", {"service_inactive" | not questions.portal_active(input)}),
]

_login := {"loa_missing"} if not input.request.loa

else := {"loa_unknown" | not questions.login_known(input.request)}

# METADATA
# title: The intermediary need not be named
# description: |
#   Who works for more organisations than are looked up names the one through which he acts, unless he may act without
#   any (R107, R108).
# scope: document
# custom:
#   reasons:
#     via_required: The actor works for too many organisations to look at all; name the intermediary in `via`.
found_without_via if not paths_found.via_required

found_without_via if {
	every rule in _itself {
		rule.holds
	}
	some one in paths
	one.holds
}

# METADATA
# title: What the rules say of every path that was found
# description: Those that do not count for this question are among them, each with the rule that says so.
# scope: document
paths := [] if not questions.understood(input)

else := [_path("", _no_path, [_nothing_found])] if input.services == []

else := [found |
	some asked in input.services
	some found in _of_service(asked, level.required(asked.service))
]

_of_service(asked, required) := array.flatten([found, nothing]) if {
	found := array.flatten([_himself(asked, required), _direct(asked, required), _chains(asked, required)])
	nothing := [_of("", asked, required, _no_path, [_nothing_found]) | not something_found(found)]
}

# METADATA
# title: There is something by which the actor could act
# description: Himself, a mandate or a chain, whatever else is wrong with it; else nobody acts for another (R46, R58).
# custom:
#   reasons:
#     no_mandate: Nothing was found by which the actor could act for the represented.
something_found(found) if {
	some one in found
	every rule in one.rules {
		not "no_mandate" in rule.reasons
	}
}

_nothing_found := _about("authz.why.found_without_via", {"via_required"}) if paths_found.via_required

else := _about("authz.why.something_found", {"no_mandate"})

_himself(asked, required) := [_of("", asked, required, found, rules) |
	paths_found.is_self(input)
	found := {"basis": "self", "links": [], "parties": []}
	rules := [
		_about("authz.path.as_himself", {"no_mandate" | not paths_found.as_himself(input)}),
		_about("authz.state.stopping_self", state.stopping_self(input.represented.party, asked.service)),
	]
]

_direct(asked, required) := [_of("", asked, required, found, rules) |
	some mandate in asked.direct
	basis := object.get(data.tables.direct_basis, mandate.kind, "mandate")
	found := {"basis": basis, "links": [mandate], "parties": []}
	rules := array.flatten([
		_about("authz.path.by_one_mandate", {"no_mandate" | not paths_found.by_one_mandate(input)}),
		_on("authz.path.direct", mandate, {"no_mandate" | not paths_found.direct(mandate)}),
		of_mandate(mandate, asked.service, required),
		of_source(mandate, asked.service),
		_on("authz.path.owner_may_act", mandate, _stopping_owner(mandate, asked.service)),
	])
]

_stopping_owner(mandate, service) := {reason |
	mandate.ground == "owner"
	some reason in state.stopping_self(input.actor.party, service)
}

_chains(asked, required) := [_of(intermediary, asked, required, found, rules) |
	some one in asked.chains
	some first_link in one.first
	some second_link in one.second
	intermediary := object.get(one.intermediary, "party_id", "")
	found := {"basis": "chain", "links": [first_link, second_link], "parties": [one.intermediary]}
	rules := array.flatten([
		_about("authz.why.through_others", {"no_mandate" | not through_others}),
		_about("authz.chain.through_named", {"no_mandate" | not chain.through_named(one)}),
		_about("authz.service.accepts_chains", {"chain_not_accepted" | not terms.accepts_chains(asked.service)}),
		_about("authz.chain.intermediary_active", {"intermediary_not_active" | not chain.intermediary_active(one)}),
		_first_link(first_link, one),
		of_mandate(first_link, asked.service, required),
		of_source(first_link, asked.service),
		_second_link(second_link),
		of_mandate(second_link, asked.service, required),
	])
]

# METADATA
# title: The actor acts for somebody else
# description: Who acts for himself needs no intermediary, and gets round nothing by one (R33, R118).
# custom:
#   reasons:
#     no_mandate: Nothing was found by which the actor could act for the represented.
through_others if not paths_found.is_self(input)

_first_link(mandate, one) := _on("authz.chain.first_link_allowed", mandate, reasons) if {
	reasons := {"chain_first_link_not_allowed" | not chain.first_link_allowed(mandate, one)}
}

_second_link(mandate) := [
	_on("authz.chain.reaches_clients", mandate, {"reach_own_only" | not chain.reaches_clients(mandate)}),
	_on("authz.chain.second_unlimited", mandate, {"second_link_branch_limited" | not chain.second_unlimited(mandate)}),
]

# what the service asks goes for each of its paths
_of(intermediary, asked, required, found, rules) := _path(intermediary, with_service, array.flatten([
	_about("authz.service.active", {"service_inactive" | not terms.active(asked.service)}),
	_about("authz.level.within_catalogue", {"loa_above_catalogue" | not level.within_catalogue(asked.service)}),
	[_about("authz.level.login_suffices", {"loa_insufficient" | level.login_too_low(required)}) | _login == set()],
	rules,
	[one | found != _no_path; some one in _of_owner(asked.service, found)],
])) if {
	with_service := object.union(found, {"service": asked.service})
}

# each condition by the rule that says it; what belongs to none of them under the name of all
_of_owner(service, path) := array.concat(each, [_about("services.objections", others) | others != set()]) if {
	each := [_about(one.rule, one.reasons) | some one in services.each(service, path)]
	others := services.objections(service, path) - {reason | some one in each; some reason in one.reasons}
}

_path(intermediary, found, rules) := object.union(
	{
		"service_id": object.get(found, ["service", "service_id"], ""),
		"basis": found.basis,
		"mandates": paths_found.mandate_ids(found),
		"holds": [rule | some rule in rules; not rule.holds] == [],
		"reasons": sort({reason | some rule in rules; some reason in rule.reasons}),
		"rules": rules,
	},
	{key: intermediary | key := "intermediary"; intermediary != ""},
)

_no_path := {"basis": "none", "links": [], "parties": []}

_about(rule, reasons) := {"rule": rule, "holds": reasons == set(), "reasons": sort(reasons)}

_on(rule, mandate, reasons) := {
	"rule": rule,
	"holds": reasons == set(),
	"reasons": sort(reasons),
	"mandate": mandate.mandate_id,
}
