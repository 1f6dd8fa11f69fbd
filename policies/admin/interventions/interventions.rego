# METADATA
# title: Interventions
# description: |
#   A service owner says what became of a business: bankruptcy, deregistration, its end (R84, R113, R114). What becomes
#   of a person by death or by a court's ruling, a court or the registrar says. The table `interventions` has them all.
# schemas:
#   - input: schema.admin
package admin.interventions

# METADATA
# title: What speaks against saying this of a party
# description: What a service owner says ends mandates on services of others too, so it says where it saw it (R114).
# custom:
#   reasons:
#     intervention_not_for_this_capacity: What became of the party is not for this capacity to say.
#     intervention_unverified: The service owner does not say where it saw what became of the party.
reasons(who) := _against(who) if input.act.name == "party.intervene"

else := set()

_against(who) := union({
	{"intervention_not_for_this_capacity" | not _open_to(who)},
	{"intervention_unverified" | who.role == "service_owner"; not _verified},
})

_open_to(who) if who.role in data.tables.interventions[input.act.intervention]

_verified if {
	some channel in input.act.verified_by
	trim_space(channel) != ""
}
