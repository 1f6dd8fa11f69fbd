# METADATA
# title: The act is whole
# description: |
#   What an act is about must be there, and be about the parties that were looked up: else a rule would look at nothing,
#   or at somebody else, and find nothing wrong (R15, R17, R90).
# schemas:
#   - input: schema.admin
package admin.coherent

import data.admin.acts

# METADATA
# title: What does not belong together
# scope: document
# custom:
#   reasons:
#     act_incoherent: The act lacks something that it is about, or its parts are about different parties.
reasons contains "act_incoherent" if not _caller_is_one

reasons contains "act_incoherent" if {
	some need in data.tables.acts[input.act.name].needs
	not _present(need)
}

reasons contains "act_incoherent" if {
	acts.is("makes")
	not acts.made
}

reasons contains "act_incoherent" if {
	some mandate in acts.concerned
	not _ends_known(mandate)
}

reasons contains "act_incoherent" if {
	some side in ["represented", "delegate", "parent_delegate"]
	some question in _questions(input[side])
	not _of_the_caller(question)
}

reasons contains "act_incoherent" if {
	some side in ["represented", "delegate", "parent_delegate"]
	input[side].managing
	not _about_this_side(input[side])
}

reasons contains "act_incoherent" if {
	input.act.current
	input.act.mandate
	not _same_mandate(input.act.current, input.act.mandate)
}

# only passing on makes an onward mandate
reasons contains "act_incoherent" if {
	not input.act.current
	input.act.mandate.derived_from
	input.act.name != "mandate.pass_on"
}

_caller_is_one if {
	input.actor
	not input.system
}

_caller_is_one if {
	input.system
	not input.actor
}

_present("party") if input.represented.party.party_id

_present(need) if input.act[need]

_about_this_side(side) if side.managing.represented.party.party_id == side.party.party_id

_ends_known(mandate) if {
	mandate.represented == input.represented.party.party_id
	mandate.delegate == input.delegate.party.party_id
}

# the one who was delegate before
_ends_known(mandate) if {
	input.act.name == "mandate.transfer"
	mandate.mandate_id == input.act.current.mandate_id
	mandate.represented == input.represented.party.party_id
}

_questions(side) := array.concat(
	[side.managing | side.managing],
	[one.managing | some one in side.representatives],
)

_of_the_caller(question) if {
	question.actor.party.party_id == acts.caller
	question.now == input.now
}

_same_mandate(current, mandate) if {
	mandate.represented == current.represented
	mandate.kind == current.kind
	_ground(mandate) == _ground(current)
	_same_delegate(current, mandate)
}

_ground(mandate) := object.get(mandate, "ground", "")

_same_delegate(current, mandate) if mandate.delegate == current.delegate

_same_delegate(_, _) if input.act.name == "mandate.transfer"
