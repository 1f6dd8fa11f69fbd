# METADATA
# title: Who asks what
# description: Facts about the question itself. They hold or fail for every path alike (R12, R15, R17, R46, R58).
package authz.question

import data.authz.branch
import data.authz.level
import data.authz.service as services
import data.authz.state

# METADATA
# title: The question is understood
# description: Every party and the service that it names are known; only then is anything else judged.
understood if count(misunderstood) == 0

# METADATA
# title: What the question names and the register does not know
misunderstood contains "actor_unknown" if not input.actor.party

misunderstood contains "actor_not_a_person" if {
	input.actor.party
	not actor_is_person
}

misunderstood contains "represented_unknown" if not input.represented.party

misunderstood contains "intermediary_unknown" if {
	input.via
	not input.via.party
}

misunderstood contains "service_ambiguous" if input.service_missing == "ambiguous"

misunderstood contains "service_unknown" if {
	not service_named
	not input.service_missing == "ambiguous"
}

# METADATA
# title: The actor is a natural person
# description: Who acts is always an individual, never an organisation (R12, R105).
actor_is_person if input.actor.party.kind == "person"

# METADATA
# title: The service asked for is known
# description: It is one service instance, or a portal (R45, R46).
service_named if input.services[0]

service_named if input.portal

# METADATA
# title: The means is active
# description: A means that the employer or issuer has deactivated opens nothing (R13, R71).
means_active if not input.actor.means

means_active if input.actor.means.active == true

# METADATA
# title: What speaks against every path
common contains "means_inactive" if not means_active

common contains "actor_deceased" if state.in_effect(input.actor.party, "deceased", input.now)

common contains "actor_under_curatele" if state.in_effect(input.actor.party, "curatele", input.now)

common contains "loa_missing" if not input.request.loa

common contains "loa_unknown" if {
	input.request.loa
	not level.known(input.request.loa)
}

common contains "loa_unknown" if {
	input.request.min_loa
	not level.known(input.request.min_loa)
}

common contains "branch_not_for_person" if {
	input.request.branch
	input.represented.party.kind == "person"
}

common contains "branch_unknown" if {
	input.request.branch
	input.represented.party.kind != "person"
	not branch.own
	not branch.unverified_passes
}

common contains "service_inactive" if {
	input.portal
	not services.active(input.portal)
}

# METADATA
# title: What speaks against every path for one service
of_service(service, required) := union({
	{"service_inactive" | not services.active(service)},
	{"loa_above_catalogue" | not level.within_catalogue(service)},
	{"loa_insufficient" | level.login_too_low(required)},
})

# METADATA
# title: What a denial says of the question
# description: |
#   Beside what speaks against every path: the actor works for more organisations than are looked up, so that the
#   caller has to name the one through which he acts.
against(service, required) := union({
	common,
	of_service(service, required),
	{"via_required" | input.via_needed == true},
})
