# METADATA
# title: One mandate on a path
# description: |
#   Every mandate on a path obeys every rule (R46, R59). What `holds` asks and what `reasons` names stand side by side;
#   the same goes for what the mandate given by the represented obeys besides.
# schemas:
#   - input: schema.input
package authz.link

import data.authz.branch
import data.authz.joint
import data.authz.level
import data.authz.limits
import data.authz.state
import data.authz.substitution
import data.authz.validity

# METADATA
# title: The mandate carries this question
holds(mandate, service, required) if {
	validity.active(mandate)
	validity.started(mandate)
	validity.unended(mandate)
	validity.short_enough(mandate)
	limits.hold(mandate, service)
	level.mandate_suffices(mandate, required)
	joint.enough(mandate)
	joint.suffices(mandate, required)
	substitution.holds(mandate, service, required)
}

# METADATA
# title: Why the mandate does not carry this question
# description: What holds has no reasons, and none are gathered.
# scope: document
reasons(mandate, service, required) := set() if holds(mandate, service, required)

else := {reason |
	some rule in [
		{data.tables.status_reasons[mandate.status] | not validity.active(mandate)},
		{"mandate_not_started" | not validity.started(mandate)},
		{"mandate_expired" | not validity.unended(mandate)},
		{"mandate_too_long" | not validity.short_enough(mandate)},
		limits.reasons(mandate, service),
		{"mandate_loa_insufficient" | not level.mandate_suffices(mandate, required)},
		{"joint_authority_required" | not joint.enough(mandate)},
		joint.lacking(mandate, required),
		substitution.reasons(mandate, service, required),
	]
	some reason in rule
}

# METADATA
# title: The represented could give this mandate, and it is met
# description: For the mandate that the represented gave. Death or coming of age end an onward mandate with its parent.
source_holds(mandate, service) if {
	branch.met(mandate, service)
	_lasts(mandate, service)
	not _parent_fails(mandate, service)
}

_parent_fails(mandate, _) if substitution.for_clients_only(mandate)

_parent_fails(mandate, service) if {
	mandate.derived_from
	not _lasts(mandate.parent.mandate, service)
}

_lasts(mandate, service) if {
	validity.under_age(mandate)
	state.stopping(mandate, input.represented.party, service) == set()
}

# METADATA
# title: Why the represented's mandate is not met
# description: What holds has no reasons, and none are gathered.
# scope: document
source_reasons(mandate, service) := set() if source_holds(mandate, service)

else := {reason |
	some rule in [
		branch.reasons(mandate, service),
		_ending(mandate, service),
		{"parent_not_in_force" | substitution.for_clients_only(mandate)},
		{reason | mandate.derived_from; some reason in _ending(mandate.parent.mandate, service)},
	]
	some reason in rule
}

_ending(mandate, service) := {reason |
	some rule in [
		{"majority_reached" | not validity.under_age(mandate)},
		state.stopping(mandate, input.represented.party, service),
	]
	some reason in rule
}
