# METADATA
# title: May the actor manage for this party?
# description: |
#   Asked of `authz`, as any other question, about the register's own service *manage mandates*: so that every rule of
#   the decision holds for managing too (R89, R90, R106, R121). One mandate at a time, since each has its own limits,
#   which `admin.bounds` looks at: the question is asked for nothing in particular.
# schemas:
#   - input: schema.admin
package admin.managing

import data.admin.acts
import data.authz
import data.authz.chain
import data.authz.link

# METADATA
# title: Every way in which the actor may manage for the party on this side
# description: |
#   `as` says in what capacity, `authority` on what it rests, `limits` which mandates limit him, `law` by which of
#   another he acts, and `reasons` what `authz` has against it. `joint`: nothing but that others must act too.
ways(side) := array.flatten([_as_himself(side), _by_one_mandate(side), _by_the_law_of_another(side)])

_as_himself(side) := [object.union(way, {"reasons": _that_matter(way.reasons)}) |
	side.party.kind == "person"
	side.managing.actor.party.party_id == side.party.party_id
	way := _way("self", _ask(_question(_managing(side), [], true)), [], [])
]

# what keeps a person from acting does not keep him from seeing what is registered about him (R122)
_that_matter(reasons) := {reason |
	some reason in reasons
	not reason == "actor_under_curatele"
	not reason in _states
} if {
	acts.is("looks")
}

else := reasons

_states := {reason | some reason in data.tables.state_reasons}

_ask(question) := answer if answer := authz.answer with input as question

_by_one_mandate(side) := [_way(_capacity(mandate), answer, _beyond_ground(side, mandate), _limits(mandate)) |
	managing := _managing(side)
	some mandate in _mandates(managing)
	answer := _ask(_question(managing, [mandate], acts.ends_authority))
]

# who manages for somebody that represents the party by law
_by_the_law_of_another(side) := [_resting_on(way, one.mandate, against) |
	some one in side.representatives
	one.mandate.kind == "statutory"
	one.managing.represented.party.party_id != side.party.party_id
	against := _law_reasons(_managing(side), one.mandate) | _beyond_ground(side, one.mandate)
	some mandate in _mandates(one.managing)
	answer := _ask(_question(one.managing, [_at_home(mandate)], acts.ends_authority))
	way := _way(_capacity_for(one.managing, mandate), answer, _reach(mandate), _limits(mandate))
]

_resting_on(way, law, against) := object.union(way, {
	"authority": array.concat([law.mandate_id], way.authority),
	"reasons": (way.reasons | (against - {"joint_authority_required"})),
	"joint": (way.joint | {law.joint.required | "joint_authority_required" in against}),
	"limits": array.concat([law], way.limits),
	"law": [law],
})

# bewind and mentorschap reach what they are for, and bewind takes that from the client himself: it is the services of
# the mandates that count, not that of managing (R118, art. 1:438 BW)
_managing(side) := object.union(side.managing, {"services": services}) if {
	_is_represented(side)
	_domains != set()
	services := [object.union(asked, {"service": {"domain": _heaviest}}) | some asked in side.managing.services]
}

else := side.managing

_is_represented(side) if side.party.party_id == input.represented.party.party_id

_heaviest := [domain | some domain in ["assets", "personal_care", "general"]; domain in _domains][0]

_domains contains domain if {
	some mandate in acts.concerned
	some domain in _domains_of(mandate)
}

_domains_of(mandate) := _all_domains if _covers_any(mandate)

else := {service.domain | some service in mandate.services}

_covers_any(mandate) if mandate.all_services == true

_covers_any(mandate) if mandate.owner

_all_domains := object.keys(object.get(data.tables.ground_domains, "signatory", {}))

_beyond_ground(side, mandate) := {"domain_not_served" |
	_is_represented(side)
	mandate.kind == "statutory"
	some domain in _domains
	not data.tables.ground_domains[mandate.ground][domain] == true
}

_mandates(managing) := [mandate | some asked in managing.services; some mandate in asked.direct]

_way(capacity, answer, reasons, limits) := {
	"as": capacity,
	"authority": [own.mandate_id | some own in limits],
	"reasons": ({reason | some reason in _reasons_of(answer)} | {reason | some reason in reasons}) - _joint_only(answer),
	"joint": {answer.holders_required | _joint_only(answer) != set()},
	"limits": limits,
	"law": [],
}

_reasons_of(answer) := object.get(answer, "reasons", []) if answer.allow == false

_reasons_of(answer) := [] if answer.allow == true

_joint_only(answer) := {"joint_authority_required"} if {
	answer.allow == false
	answer.reasons == ["joint_authority_required"]
}

else := set()

_capacity(mandate) := "legal_representative" if mandate.kind == "statutory"

else := "manager"

# an organisation acts through whoever represents it by law; anybody else is its proxy
_capacity_for(managing, mandate) := "legal_representative" if {
	managing.represented.party.kind == "organisation"
	mandate.kind == "statutory"
}

else := "proxy"

_limits(mandate) := [mandate, mandate.parent.mandate] if mandate.parent.mandate

else := [mandate]

# who manages for an organisation that represents others by law needs a mandate that reaches those (R107)
_reach(mandate) := ["reach_own_only"] if {
	mandate.kind == "employee"
	not chain.reaches_clients(mandate)
}

else := []

_at_home(mandate) := object.union(mandate, {"reach": "own"}) if mandate.kind == "employee"

else := mandate

_law_reasons(managing, law) := against if {
	against := _against(_unlimited(law), managing.services[0].service) with input as managing
}

_against(law, service) := link.reasons(law, service, "eh2") | link.source_reasons(law, service)

# the question, for one mandate taken as if it were unlimited; at no level in particular when `eased`
_question(question, mandates, eased) := object.union(question, {
	"request": _request(question, eased),
	"services": [_asked(asked, mandates, eased) | some asked in question.services],
})

_asked(asked, mandates, eased) := object.union(asked, {
	"service": _service(asked.service, eased),
	"direct": [_unlimited(mandate) | some mandate in mandates],
	"chains": [],
})

_service(service, false) := service

_service(service, true) := object.union(service, {"definition": {"loa": "eh2"}, "instance": {"loa": "eh2"}})

# a weaker login, if that is recorded, is looked at by admin.level alone (R103)
_request(question, false) := question.request

_request(question, true) := {"loa": "eh2"} if _excused(question)

_request(question, true) := question.request if not _excused(question)

_excused(question) if {
	acts.deviates
	data.tables.levels[question.request.loa]
}

_unlimited(mandate) := object.union(mandate, {
	"branches": "all", "operations": "all",
	"parent": {"mandate": {"branches": "all", "operations": "all"}},
}) if {
	mandate.parent.mandate
}

else := object.union(mandate, {"branches": "all", "operations": "all"})
