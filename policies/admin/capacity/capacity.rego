# METADATA
# title: In which capacity
# description: |
#   For the represented: himself, whoever represents him by law, a manager, a proxy of the legal representative (R101).
#   At the other end the delegate, or who manages for it; and who passed an onward mandate on. Or a system on its own
#   account.
# schemas:
#   - input: schema.admin
package admin.capacity

import data.admin.managing
import data.authz.level
import data.authz.state

# METADATA
# title: Everything that the caller might be
# description: The role is how the table of acts names it, the capacity how the answer does.
candidates := array.flatten([_of_represented, _of_delegate, _of_passer, _on_paper, _person, _stranger, _system])

# METADATA
# title: The caller is something to these parties
any_holds if {
	some who in candidates
	not who.role in ["person", "stranger"]
	who.reasons == set()
}

_of_represented := [object.union(way, {"role": way.as, "capacity": way.as, "end": "represented"}) |
	input.actor
	some way in managing.ways(input.represented)
]

# whoever signed, through the registrar who entered it (R79, R90, R99)
_on_paper := [object.union(way, {"role": way.as, "capacity": "registrar", "end": "represented", "paper": true}) |
	input.system.role == "registrar"
	input.act.paper
	some way in managing.ways(input.represented)
]

_of_delegate := [object.union(way, {"role": "delegate", "capacity": "delegate", "end": "delegate"}) |
	input.actor
	some way in managing.ways(input.delegate)
]

_of_passer := [object.union(way, {"role": "passer", "capacity": "delegate", "end": "delegate"}) |
	input.actor
	some way in managing.ways(input.parent_delegate)
]

# anybody who is known and able, for what is open to all
_person := [_plain("person", "self", []) |
	not input.system
	input.actor.party.kind == "person"
	not input.actor.means.active == false
	not state.in_effect(input.actor.party, "deceased")
	level.known(input.actor.loa)
]

# who logged in and is not known here yet, as himself (R128, R138)
_stranger := [_plain("stranger", "self", []) |
	input.actor
	not input.system
	not input.actor.party
	not input.actor.means
	level.known(input.actor.loa)
]

_system := [_plain(input.system.role, input.system.role, []) |
	input.system.role in ["service_owner", "court", "registrar"]
	not input.actor
	not input.act.paper
]

_plain(role, capacity, reasons) := {
	"role": role,
	"capacity": capacity,
	"as": role,
	"end": "none",
	"authority": [],
	"reasons": {reason | some reason in reasons},
	"joint": set(),
	"limits": [],
	"law": [],
}
