# METADATA
# title: In what state the parties are
# description: |
#   Death, insolvency and protection change who may act (R84, R113, R115, R118). A state is in effect from `since`
#   until just before `until`.
package authz.state

# METADATA
# title: The party is in this state now
in_effect(party, state, now) if {
	some fact in party.states
	fact.state == state
	_now(fact, now)
}

# METADATA
# title: The party is in some state now
in_any(party, now) if {
	some fact in party.states
	_now(fact, now)
}

_now(fact, now) if {
	fact.since <= now
	not _over(fact, now)
}

_over(fact, now) if fact.until <= now

# METADATA
# title: States of the represented that stop this mandate
stopping(mandate, represented, now) := {data.state_reasons[fact.state] |
	some fact in represented.states
	_now(fact, now)
	not _survives(mandate, fact)
}

_survives(mandate, fact) if {
	fact.state == "deceased"
	mandate.survivor == true
}

_survives(mandate, fact) if {
	_insolvent(fact)
	mandate.kind == "appointed"
}

_survives(mandate, fact) if {
	_insolvent(fact)
	mandate.kind == "statutory"
	mandate.ground in ["bankruptcy_curator", "liquidator"]
}

_survives(mandate, fact) if {
	_insolvent(fact)
	mandate.granted_under
	mandate.granted_at >= fact.since
}

_insolvent(fact) if fact.state in ["bankrupt", "wsnp", "dissolved"]

# METADATA
# title: States that stop a person from acting for himself
stopping_self(person, service, now) := {code |
	some fact in person.states
	_now(fact, now)
	code := _self_reason(fact, service)
}

_self_reason(fact, _) := data.state_reasons[fact.state]

_self_reason(fact, _) := "represented_under_curatele" if fact.state == "curatele"

_self_reason(fact, service) := "represented_under_bewind" if {
	fact.state == "bewind"
	service.domain == "assets"
}
