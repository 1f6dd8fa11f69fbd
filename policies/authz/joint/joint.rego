# METADATA
# title: Together with whom
# description: Who may not act alone acts together with other holders, all authenticated in this same act (R51).
package authz.joint

import data.authz.level
import data.authz.state

# METADATA
# title: Enough holders act together
enough(mandate) if not mandate.joint

enough(mandate) if count(_holders(mandate)) >= mandate.joint.required - 1

# METADATA
# title: What the logins of the other holders lack
lacking(mandate, required) := {code |
	mandate.joint
	some participant in input.together
	_counts(participant, mandate)
	code := _lack(participant, required)
}

# METADATA
# title: Every holder's login reaches the level
suffices(mandate, _) if not mandate.joint

suffices(mandate, required) if lacking(mandate, required) == set()

_holders(mandate) := {participant.party.party_id |
	some participant in input.together
	_counts(participant, mandate)
}

_counts(participant, mandate) if {
	participant.party.party_id in mandate.joint["with"]
	participant.party.party_id != input.actor.party.party_id
	participant.party.kind == "person"
	not _means_inactive(participant)
	not state.in_effect(participant.party, "deceased", input.now)
	not state.in_effect(participant.party, "curatele", input.now)
}

_means_inactive(participant) if participant.means.active == false

_lack(participant, _) := "loa_missing" if not participant.loa

_lack(participant, _) := "loa_unknown" if {
	participant.loa
	not level.known(participant.loa)
}

_lack(participant, required) := "loa_insufficient" if data.levels[participant.loa] < required
