# METADATA
# title: In what state the parties are
# description: |
#   Death, insolvency and protection change who may act (R84, R113, R115, R118). A state is in effect from `since`
#   until just before `until`.
# schemas:
#   - input: schema.input
package authz.state

# METADATA
# title: The party is in this state now
in_effect(party, state) if {
	some fact in party.states
	fact.state == state
	_now(fact)
}

# METADATA
# title: The party is in some state now
in_any(party) if {
	some fact in party.states
	_now(fact)
}

# METADATA
# title: States of the represented that stop this mandate
# description: |
#   Death leaves survivor mandates. Bankruptcy, debt rescheduling (WSNP) and dissolution leave the curator, the
#   liquidator, whom a public organisation appointed, and what was granted on their authority since. Deregistration
#   leaves nothing (R84, R113, R115, R116, R121).
# custom:
#   reasons:
#     represented_deceased: The represented has died, and this is no survivor mandate.
#     represented_bankrupt: The represented is bankrupt, and this mandate does not rest on the curator's authority.
#     represented_in_wsnp: The represented is in debt rescheduling (WSNP), and this mandate does not rest on it.
#     represented_dissolved: The represented is dissolved, and this mandate does not rest on the liquidator's authority.
#     represented_deregistered: The represented is no longer registered.
stopping(mandate, represented) := {data.tables.state_reasons[fact.state] |
	some fact in represented.states
	_now(fact)
	not _survives(mandate, fact)
}

# METADATA
# title: States that stop a person from acting for himself
# description: Under curatele for everything, under bewind for assets; insolvent or dead too (R113, R118).
# custom:
#   reasons:
#     represented_under_curatele: Who is under curatele does not act for himself.
#     represented_under_bewind: Who is under bewind does not act for himself where assets are concerned.
stopping_self(person, service) := {_self_reason(fact, service) |
	some fact in person.states
	_now(fact)
}

_self_reason(fact, _) := data.tables.state_reasons[fact.state]

_self_reason(fact, _) := "represented_under_curatele" if fact.state == "curatele"

_self_reason(fact, service) := "represented_under_bewind" if {
	fact.state == "bewind"
	service.domain == "assets"
}

_now(fact) if {
	fact.since <= input.now
	not _over(fact)
}

_over(fact) if fact.until <= input.now

_survives(mandate, fact) if {
	fact.state == "deceased"
	mandate.survivor == true
}

_survives(mandate, fact) if {
	fact.state in {"bankrupt", "wsnp", "dissolved"}
	_rests_on_the_estate(mandate, fact.since)
}

_rests_on_the_estate(mandate, _) if mandate.kind == "appointed"

_rests_on_the_estate(mandate, _) if {
	mandate.kind == "statutory"
	mandate.ground in {"bankruptcy_curator", "liquidator"}
}

_rests_on_the_estate(mandate, since) if {
	mandate.granted_under
	mandate.granted_at >= since
}
