# METADATA
# title: Who asks what
# description: Facts about the question itself. They hold or fail for every path alike (R12, R15, R17, R46, R58).
# schemas:
#   - input: schema.input
package authz.question

import data.authz.branch
import data.authz.level
import data.authz.path
import data.authz.service as services
import data.authz.state

# METADATA
# title: The question is understood
# description: |
#   Every party and the service that it names are known; only then is anything else judged. Nobody acts, and nobody is
#   acted for, who is not identified; who acts is a person (R12, R15, R17, R46).
# custom:
#   reasons:
#     actor_unknown: The identifier of the actor leads to nobody.
#     actor_not_a_person: The actor is an organisation; only a natural person acts.
#     represented_unknown: The identifier of the represented leads to nobody.
#     intermediary_unknown: The identifier of the intermediary leads to nobody.
#     service_unknown: There is no such service.
#     service_ambiguous: The definition has several active instances; the ServiceID is needed.
understood(question) if {
	question.actor.party.kind == "person"
	question.represented.party
	_via_known(question)
	service_named(question)
}

_via_known(question) if not question.via

else if question.via.party

# METADATA
# title: What the question names and the register does not know
# description: The reasons of `understood` (R12, R15, R17, R46).
# scope: document
misunderstood contains "actor_unknown" if not input.actor.party

misunderstood contains "actor_not_a_person" if {
	input.actor.party
	not input.actor.party.kind == "person"
}

misunderstood contains "represented_unknown" if not input.represented.party

misunderstood contains "intermediary_unknown" if not _via_known(input)

misunderstood contains "service_ambiguous" if input.service_missing == "ambiguous"

misunderstood contains "service_unknown" if {
	not service_named(input)
	not input.service_missing == "ambiguous"
}

# METADATA
# title: The service asked for is known
# description: It is one service instance, or a portal (R45, R46).
# scope: document
service_named(question) if question.services[0]

else if question.portal

# METADATA
# title: Nothing speaks against every path
# description: |
#   The means is active (R13, R71), the actor able to act (R105, R118), the login of a known level (R95), and the branch
#   one of the represented's own (R26, R29). Where this fails, `common` says why.
sound(question) if {
	login_known(question.request)
	means_active(question.actor)
	actor_able(question.actor.party)
	asked_level_known(question.request)
	branch_passes(question)
	portal_active(question)
}

# METADATA
# title: Nothing speaks against every path for this service
# description: Nothing in the question itself, nothing in the service or the level of the login.
passes(service, required) if {
	sound(input)
	open(service, required)
}

# METADATA
# title: What speaks against every path
# description: The reasons of what `sound` asks.
# scope: document
common contains "means_inactive" if not means_active(input.actor)

common contains "actor_deceased" if state.in_effect(input.actor.party, "deceased")

common contains "actor_under_curatele" if state.in_effect(input.actor.party, "curatele")

common contains "loa_missing" if not input.request.loa

common contains "loa_unknown" if {
	spelling := input.request.loa
	not level.known(spelling)
}

common contains "loa_unknown" if not asked_level_known(input.request)

common contains "branch_not_for_person" if {
	input.request.branch
	input.represented.party.kind == "person"
}

common contains "branch_unknown" if {
	input.represented.party.kind == "organisation"
	not branch_passes(input)
}

common contains "service_inactive" if not portal_active(input)

# METADATA
# title: The means of the login is active
# description: Who logged in with a means that has been deactivated since, did not log in (R13, R71).
# scope: document
# custom:
#   reasons:
#     means_inactive: The means with which the actor logged in has been deactivated.
means_active(actor) if not actor.means

else if actor.means.active == true

# METADATA
# title: The actor is able to act
# description: He is alive, and not under curatele (R105, R118).
# related_resources:
#   - ref: https://wetten.overheid.nl/BWBR0002656
#     description: "Burgerlijk Wetboek 1:381: who is under curatele cannot act"
# custom:
#   reasons:
#     actor_deceased: The actor has died.
#     actor_under_curatele: The actor is under curatele.
actor_able(person) if {
	not state.in_effect(person, "deceased")
	not state.in_effect(person, "curatele")
}

# METADATA
# title: The level of the login is known
# description: The question says at which level the actor logged in, in a spelling that is known (R85, R95).
# related_resources:
#   - ref: https://afsprakenstelsel.etoegang.nl/Startpagina/v1/vaststellen-bevoegdheid
#     description: "Afsprakenstelsel Elektronische Toegangsdiensten: how authority is established"
# custom:
#   reasons:
#     loa_missing: The question does not say at which level the login was.
#     loa_unknown: The level of the login, or the level asked for, has no known spelling.
login_known(request) if data.tables.levels[request.loa]

# METADATA
# title: The level that the caller asks, if any, is known
# description: A spelling that nobody knows asks for no level at all, and is refused (R95).
# scope: document
# custom:
#   reasons:
#     loa_unknown: The level of the login, or the level asked for, has no known spelling.
asked_level_known(request) if not request.min_loa

else if level.known(request.min_loa)

# METADATA
# title: The branch, if one is named, is one of the represented's own
# description: Only organisations have branches (R25, R26).
# related_resources:
#   - ref: https://afsprakenstelsel.etoegang.nl/Startpagina/v2/servicerestriction-subdossiernr
#     description: "Afsprakenstelsel Elektronische Toegangsdiensten: restriction to branches"
# scope: document
# custom:
#   reasons:
#     branch_not_for_person: A natural person has no branches.
#     branch_unknown: The branch is none of the represented's own.
branch_passes(question) if not question.request.branch

else if {
	question.represented.party.kind == "organisation"
	_branch_known(question)
}

_branch_known(question) if branch.own(question.represented, question.request.branch)

else if branch.unverified_passes

# METADATA
# title: The portal, if one is asked for, is active
# description: Behind a portal that is closed nothing can be reached (R43, R45).
# related_resources:
#   - ref: https://afsprakenstelsel.etoegang.nl/Startpagina/v2/guc4-3-portaalfunctie
#     description: "Afsprakenstelsel Elektronische Toegangsdiensten: portals"
# scope: document
# custom:
#   reasons:
#     service_inactive: The service is not active.
portal_active(question) if not question.portal

else if services.active(question.portal)

# METADATA
# title: The service can be asked for at this level
# description: The same as `of_service` (R43, R95).
open(service, required) if {
	services.active(service)
	level.within_catalogue(service)
	level.login_suffices(required)
}

# METADATA
# title: What speaks against every path for one service
of_service(service, required) := {reason |
	some rule in [
		{"service_inactive" | not services.active(service)},
		{"loa_above_catalogue" | not level.within_catalogue(service)},
		{"loa_insufficient" | level.login_too_low(required)},
	]
	some reason in rule
}

# METADATA
# title: What a denial says of the question
# description: |
#   Beside what speaks against every path: the actor works for more organisations than are looked up, so that the
#   caller has to name the one through which he acts (R108).
# scope: document
against(service, required) := _unnamed if passes(service, required)

else := (common | of_service(service, required)) | _unnamed

_unnamed contains "via_required" if path.via_required
