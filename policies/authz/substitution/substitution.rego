# METADATA
# title: Right of substitution
# description: |
#   Whoever has the right of substitution may pass a mandate on. The onward mandate rests on its parent, which is part
#   of the path (R50, R112).
package authz.substitution

import data.authz.limits
import data.authz.state
import data.authz.time

# METADATA
# title: The mandate does not rest on another, or on one that carries it
holds(mandate, _, _) if not mandate.derived_from

holds(mandate, service, required) if {
	parent_in_force(mandate)
	limits.hold(mandate.parent.mandate, service, required)
}

# METADATA
# title: What is wrong with the mandate on which this one rests
reasons(mandate, _, _) := set() if not mandate.derived_from

reasons(mandate, _, _) := {"parent_not_in_force"} if {
	mandate.derived_from
	not parent_in_force(mandate)
}

reasons(mandate, service, required) := limits.reasons(mandate.parent.mandate, service, required) if {
	mandate.derived_from
	parent_in_force(mandate)
}

# METADATA
# title: The parent mandate is in force
# description: It is active and in time, allows substitution, rests on no other, and its delegate could still act.
parent_in_force(mandate) if {
	parent := mandate.parent.mandate
	time.active(parent)
	time.started(parent, input.now)
	time.unended(parent, input.now)
	time.short_enough(parent)
	parent.substitution == true
	not parent.derived_from
	_able(mandate.parent.delegate)
}

_able(delegate) if {
	delegate.kind == "person"
	not state.in_effect(delegate, "deceased", input.now)
	not state.in_effect(delegate, "curatele", input.now)
}

_able(delegate) if {
	delegate.kind == "organisation"
	not state.in_any(delegate, input.now)
}
