# METADATA
# title: Right of substitution
# description: |
#   Whoever has the right of substitution may pass a mandate on. The onward mandate rests on its parent, which is part
#   of the path (R50, R112).
# schemas:
#   - input: schema.input
package authz.substitution

import data.authz.branch
import data.authz.joint
import data.authz.level
import data.authz.limits
import data.authz.state
import data.authz.validity

# METADATA
# title: The mandate rests on no other, or on one that carries it
# scope: document
holds(mandate, service, required) if not mandate.derived_from

else if {
	parent_in_force(mandate, service)
	level.mandate_suffices(mandate.parent.mandate, required)
	joint.enough(mandate.parent.mandate)
	joint.suffices(mandate.parent.mandate, required)
}

# METADATA
# title: What is wrong with the mandate on which this one rests
# description: |
#   The parent's level and its joint authority bind as well: whoever acts in the place of one of several holders acts
#   with as many of the others (R50, R51).
# scope: document
reasons(mandate, _, _) := set() if not mandate.derived_from

reasons(mandate, service, required) := union({
	{"parent_not_in_force" | not parent_in_force(mandate, service)},
	{"mandate_loa_insufficient" | parent := mandate.parent.mandate; not level.mandate_suffices(parent, required)},
	{"joint_authority_required" | parent := mandate.parent.mandate; not joint.enough(parent)},
	{reason | some reason in joint.lacking(mandate.parent.mandate, required)},
}) if {
	mandate.derived_from
}

# METADATA
# title: The parent serves the clients of who granted it, and nothing of his own
# description: What is for clients only is passed on for clients only (R50, R107).
for_clients_only(mandate) if mandate.parent.mandate.reach == "clients"

# METADATA
# title: The parent reaches the affairs of who granted it
# description: And not only those of his clients (R50, R107).
# custom:
#   reasons:
#     parent_not_in_force: The mandate on which this onward mandate rests does not carry it (any more).
reaches_own_affairs(mandate) if not for_clients_only(mandate)

# METADATA
# title: The parent was given with the right of substitution
# description: What was itself passed on is passed on no further (R50, R112).
# related_resources:
#   - ref: https://wetten.overheid.nl/BWBR0005291
#     description: "Burgerlijk Wetboek 3:64: substitution"
# custom:
#   reasons:
#     parent_not_in_force: The mandate on which this onward mandate rests does not carry it (any more).
by_right(parent) if {
	parent.substitution == true
	not parent.derived_from
}

# METADATA
# title: Who passed the mandate on still may
# description: He is the delegate of the parent, and in no state that would stop him (R50, R84, R112).
# custom:
#   reasons:
#     parent_not_in_force: The mandate on which this onward mandate rests does not carry it (any more).
passer_able(mandate) if {
	not state.in_any(mandate.parent.delegate)
	mandate.parent.delegate.party_id == mandate.derived_from.delegate
}

# METADATA
# title: The parent mandate is in force
# description: |
#   It is active, in time and covers the question; it allows substitution, rests on no other, and its delegate is in no
#   state that would stop him (R50, R112).
# related_resources:
#   - ref: https://wetten.overheid.nl/BWBR0005291
#     description: "Burgerlijk Wetboek 3:64: substitution"
# custom:
#   reasons:
#     parent_not_in_force: The mandate on which this onward mandate rests does not carry it (any more).
parent_in_force(mandate, service) if {
	parent := mandate.parent.mandate
	by_right(parent)
	validity.active(parent)
	validity.started(parent)
	validity.unended(parent)
	validity.short_enough(parent)
	limits.hold(parent, service)
	branch.met(parent, service)
	passer_able(mandate)
}
