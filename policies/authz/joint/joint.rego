# METADATA
# title: Together with whom
# description: Who may not act alone acts together with other holders, all authenticated in this same act (R51).
# schemas:
#   - input: schema.input
package authz.joint

import data.authz.level
import data.authz.state

# METADATA
# title: Enough holders act together
# description: The actor is one of them. Who cannot act himself does not count (R51).
# scope: document
# custom:
#   reasons:
#     joint_authority_required: More holders must act together; `holders_required` says how many.
enough(mandate) if not mandate.joint

else if count({one.party.party_id | some one in _present(mandate)}) + 1 >= mandate.joint.required

# METADATA
# title: Every holder's login reaches the level
# description: The level of the act is the lowest of all (R51, R95).
# scope: document
# custom:
#   reasons:
#     loa_insufficient: The login of somebody who acts together with the actor was at a lower level than required.
#     loa_missing: The question does not say at which level somebody who acts together with the actor logged in.
#     loa_unknown: The level of somebody who acts together with the actor has no known spelling.
suffices(mandate, required) if not mandate.joint

else if lacking(mandate, required) == set()

# METADATA
# title: What the logins of the other holders lack
# description: The level of the act is the lowest of all (R51, R95).
lacking(mandate, required) := {_lack(one, required) | some one in _present(mandate)}

_present(mandate) := [one |
	some one in _able
	one.party.party_id in mandate.joint["with"]
]

_able contains one if {
	some one in input.together
	one.party.kind == "person"
	one.party.party_id != input.actor.party.party_id
	not one.means.active == false
	not state.in_effect(one.party, "deceased")
	not state.in_effect(one.party, "curatele")
}

_lack(participant, _) := "loa_missing" if not participant.loa

_lack(participant, _) := "loa_unknown" if {
	participant.loa
	not level.known(participant.loa)
}

_lack(participant, required) := "loa_insufficient" if data.tables.levels[participant.loa] < required
