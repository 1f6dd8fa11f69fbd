# METADATA
# title: Passing on
# description: |
#   Whoever has the right of substitution may pass a mandate on, while it is in force; what is passed on is passed on no
#   further (R50, R112). That the onward mandate stays within its parent is a constraint of the register.
# schemas:
#   - input: schema.admin
package admin.onward

import data.authz.state
import data.authz.validity

# METADATA
# title: What speaks against passing on
# scope: document
# custom:
#   reasons:
#     substitution_missing: The mandate may not be passed on.
#     parent_not_in_force: The mandate that would be passed on is not in force, or is not the one that was named.
reasons contains "substitution_missing" if {
	_passes_on
	not _may_be_passed_on
}

reasons contains "parent_not_in_force" if {
	_passes_on
	not _in_force
}

_passes_on if input.act.name == "mandate.pass_on"

_may_be_passed_on if {
	input.act.parent.substitution == true
	not input.act.parent.derived_from
}

_in_force if {
	parent := input.act.parent
	input.act.mandate.derived_from.mandate_id == parent.mandate_id
	input.parent_delegate.party.party_id == parent.delegate
	input.act.mandate.represented == parent.represented
	validity.active(parent)
	validity.started(parent)
	validity.unended(parent)
	validity.short_enough(parent)
	_lasts(parent)
	not state.in_any(input.parent_delegate.party)
}

# assets ask most
_lasts(parent) if {
	validity.under_age(parent)
	state.stopping(parent, input.represented.party, {"domain": "assets"}) == set()
}
