# METADATA
# title: What is done
# description: The table `acts` says which act is open to whom, and what it asks (R90, R101, R115, R116).
# schemas:
#   - input: schema.admin
package admin.acts

# METADATA
# title: The act has this property in the table
is(property) if data.tables.acts[input.act.name][property] == true

# METADATA
# title: The act is open to this capacity, as things stand
# description: Who asked may withdraw, who was asked may reject (R65).
may(who) if {
	who.role in data.tables.acts[input.act.name].by
	not _not_his_turn(who)
}

_not_his_turn(who) if {
	turns := data.tables.acts[input.act.name].turns
	not _his_turn(turns, who)
}

_his_turn(turns, who) if who.role in turns[input.act.current.status]

# METADATA
# title: The act ends authority
# description: Then the levels of ending hold, not those of the service *manage mandates* (R101, R102).
# scope: document
default ends_authority := false

ends_authority if data.tables.acts[input.act.name].level == "ending"

# METADATA
# title: Authentication weaker than asked, recorded in so many words
# description: For a suspension only, where speed matters (R103).
deviates if {
	input.act.name == "mandate.suspend"
	trim_space(input.act.deviation) != ""
}

# METADATA
# title: The person whose will it is
# description: Who logged in or, of a request on paper, who signed it (R99).
# scope: document
caller := input.actor.party.party_id

caller := input.act.paper.signed_by if not input.actor

# METADATA
# title: What would stand
# scope: document
made := input.act.mandate

made := input.act.current if not input.act.mandate

# METADATA
# title: The mandates that the act is about
concerned := [mandate | some state in ["current", "mandate"]; mandate := input.act[state]]

# METADATA
# title: What the act itself asks
# description: |
#   Whoever activates, does so in person (R68); who may not act alone waits for the others where something can wait
#   (R51); a code must have been right (R68).
# custom:
#   reasons:
#     in_person_only: The delegate does this himself, and nobody for him.
#     joint_authority_required: Several must act together here, and this act cannot wait for the others.
#     code_not_verified: The activation code, or what goes with it, was not right.
#     deviation_not_allowed: Weaker authentication is accepted for a suspension only.
reasons(who) := union({
	{"in_person_only" | _not_in_person(who)},
	{"joint_authority_required" | who.joint != set(); not is("alone"); not is("waits")},
	{"code_not_verified" | input.act.name == "mandate.activate"; not input.act.code_verified == true},
	{"deviation_not_allowed" | input.act.deviation; not deviates},
})

_not_in_person(who) if {
	is("in_person")
	input.delegate.party.kind == "person"
	who.as != "self"
}
