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
# title: The represented is in no state that stops this mandate
# description: |
#   Death leaves survivor mandates. Bankruptcy, debt rescheduling (WSNP) and dissolution leave the curator, the
#   liquidator, whom a public organisation appointed, and what was granted on their authority since. Curatele, and
#   bewind where assets are concerned, leave who stands in by law or appointment: what the protected person granted
#   ends (R118). Deregistration leaves nothing (R84, R113, R115, R116, R121).
# related_resources:
#   - ref: https://wetten.overheid.nl/BWBR0005291
#     description: "Burgerlijk Wetboek 3:72: death, insolvency and curatele of who gave it end a power of attorney"
#   - ref: https://wetten.overheid.nl/BWBR0001860
#     description: "Faillissementswet 23 and 68: the curator has the estate"
#   - ref: https://wetten.overheid.nl/BWBR0002656
#     description: "Burgerlijk Wetboek 1:381 and 1:438: curatele and bewind"
#   - ref: https://wetten.overheid.nl/BWBR0021777
#     description: "Handelsregisterwet 2007"
# custom:
#   reasons:
#     represented_deceased: The represented has died, and this is no survivor mandate.
#     represented_bankrupt: The represented is bankrupt, and this mandate does not rest on the curator's authority.
#     represented_in_wsnp: The represented is in debt rescheduling (WSNP), and this mandate does not rest on it.
#     represented_dissolved: The represented is dissolved, and this mandate does not rest on the liquidator's authority.
#     represented_deregistered: The represented is no longer registered.
#     represented_under_curatele: The represented is under curatele, and this mandate does not come from the law.
#     represented_under_bewind: The represented's assets are under bewind, and this mandate does not come from the law.
stopping(mandate, represented, service) := {data.tables.state_reasons[fact.state] |
	some fact in represented.states
	_now(fact)
	_matters(fact, service)
	not _survives(mandate, fact, represented)
}

# METADATA
# title: The person is in no state that stops him from acting for himself
# description: Under curatele for everything, under bewind for assets; insolvent or dead too (R113, R118).
# related_resources:
#   - ref: https://wetten.overheid.nl/BWBR0001860
#     description: "Faillissementswet 23: the bankrupt loses the estate"
#   - ref: https://wetten.overheid.nl/BWBR0002656
#     description: "Burgerlijk Wetboek 1:381 and 1:438: curatele and bewind"
# custom:
#   reasons:
#     represented_deceased: He has died.
#     represented_bankrupt: He is bankrupt, and acts for himself or his own firm.
#     represented_in_wsnp: He is in debt rescheduling (WSNP), and acts for himself or his own firm.
#     represented_under_curatele: He is under curatele, and acts for himself or his own firm.
#     represented_under_bewind: His assets are under bewind, and he acts for himself or his own firm.
stopping_self(person, service) := {data.tables.state_reasons[fact.state] |
	some fact in person.states
	_now(fact)
	_matters(fact, service)
}

_matters(fact, _) if fact.state != "bewind"

_matters(_, service) if service.domain == "assets"

_now(fact) if {
	fact.since <= input.now
	not _over(fact)
}

_over(fact) if fact.until <= input.now

_survives(mandate, fact, _) if {
	fact.state == "deceased"
	mandate.survivor == true
}

_survives(mandate, fact, _) if {
	fact.state in {"curatele", "bewind"}
	_by_law(mandate)
}

_survives(mandate, fact, represented) if _serves(_own_authority(mandate), fact, represented)

_survives(mandate, fact, represented) if {
	mandate.granted_at >= fact.since
	_serves(mandate.granted_under, fact, represented)
}

_by_law(mandate) if mandate.kind == "appointed"

_by_law(mandate) if {
	mandate.kind == "statutory"
	not mandate.ground in {"signatory", "owner"}
}

_own_authority(mandate) := "appointed" if mandate.kind == "appointed"

_own_authority(mandate) := mandate.ground if mandate.kind == "statutory"

_serves(authority, fact, _) if data.tables.estates[authority][fact.state]

# who winds up a bankruptcy also answers for the dissolution that it brings
_serves(authority, fact, represented) if {
	authority == "bankruptcy_curator"
	fact.state == "dissolved"
	in_effect(represented, "bankrupt")
}
