# METADATA
# title: May this be done to the register?
# description: |
#   One answer to one act: allowed in the first capacity against which nothing speaks, or refused with the reasons of
#   the one that comes nearest. Nothing is allowed unless a capacity carries it (R90).
# schemas:
#   - input: schema.admin
package admin

import data.admin.acts
import data.admin.bounds
import data.admin.capacity
import data.admin.catalogue
import data.admin.coherent
import data.admin.court
import data.admin.interventions
import data.admin.kinds
import data.admin.level
import data.admin.managers
import data.admin.means
import data.admin.onward
import data.admin.owners
import data.admin.paper

# METADATA
# title: The answer
# description: Always defined; its shape is `AdminVerdict` in src/domain/administration.ts.
# scope: document
# entrypoint: true
decision := {
	"allow": true,
	"reasons": [],
	"capacity": _nearest.who.capacity,
	"authority": _nearest.who.authority,
	"holders_required": _holders_required(_nearest.who),
} if {
	_nearest.reasons == set()
}

else := {"allow": false, "reasons": sort(_reasons), "capacity": null, "authority": [], "holders_required": null}

# the fewest reasons, then the first capacity, then by the ids of what it rests on
_nearest := _judged[best] if {
	[_, _, _, best] := min([[count(one.reasons), _order(one.who), one.who.authority, i] | some i, one in _judged])
}

_order(who) := data.tables.capacity_order[who.capacity]

_judged := [{"who": who, "reasons": against(who)} |
	some who in capacity.candidates
	acts.may(who)
]

# they are waited for, unless the act needs no others (R51)
_holders_required(who) := max(who.joint) if {
	who.joint != set()
	not acts.is("alone")
}

else := null

# METADATA
# title: What speaks against this act in this capacity
against(who) := _of_act | union({
	who.reasons,
	acts.reasons(who),
	level.reasons(who),
	bounds.reasons(who),
	managers.reasons(who),
	means.reasons(who),
	interventions.reasons(who),
	kinds.reasons(who),
	owners.reasons(who),
	court.reasons(who),
	paper.reasons(who),
})

# whoever asks
_of_act := union({coherent.reasons, catalogue.reasons, onward.reasons})

# METADATA
# title: Why this is refused
# description: Who has no capacity that this act is open to is told no more than that (R90).
# scope: document
# custom:
#   reasons:
#     not_representative: Nothing was found by which the caller could do this for this party.
#     not_for_this_capacity: This act is not open to the capacity in which the caller may act.
_reasons := _nearest.reasons

_reasons := {"not_for_this_capacity"} if {
	_judged == []
	capacity.any_holds
}

_reasons := {"not_representative"} if {
	_judged == []
	not capacity.any_holds
}
