package authz.why

import data.authz.branch
import data.authz.joint
import data.authz.level
import data.authz.scope
import data.authz.service as terms
import data.authz.state
import data.authz.substitution
import data.authz.validity

# METADATA
# title: What the rules say of one mandate on a path
# description: And of the one on which it rests, if it was passed on (R46, R50, R59).
of_mandate(mandate, service, required) := array.flatten([
	_within(mandate, service),
	_strong(mandate, required),
	_resting(mandate, service, required),
])

_within(mandate, service) := [
	_on("authz.validity.active", mandate, {data.tables.status_reasons[mandate.status] | not validity.active(mandate)}),
	_on("authz.validity.started", mandate, {"mandate_not_started" | not validity.started(mandate)}),
	_on("authz.validity.unended", mandate, {"mandate_expired" | not validity.unended(mandate)}),
	_on("authz.validity.short_enough", mandate, {"mandate_too_long" | not validity.short_enough(mandate)}),
	_on("authz.service.mandatable", mandate, {"service_not_mandatable" | not terms.mandatable(mandate, service)}),
	_on("authz.service.domain_served", mandate, {"domain_not_served" | not terms.domain_served(mandate, service)}),
	_on("authz.scope.everything_allowed", mandate, _everything(mandate)),
	_on("authz.scope.covered", mandate, {"service_not_covered" | not scope.covered(mandate, service)}),
	_on("authz.scope.confirmed", mandate, {"set_addition_unconfirmed" | not scope.confirmed(mandate, service)}),
	_on("authz.scope.operation_covered", mandate, {"operation_not_covered" | not scope.operation_covered(mandate)}),
	_on("authz.scope.case_covered", mandate, {"case_not_covered" | not scope.case_covered(mandate)}),
]

_everything(mandate) := {"all_services_not_for_voluntary" | not scope.everything_allowed(mandate)}

_strong(mandate, required) := [
	_on("authz.level.mandate_suffices", mandate, _too_weak(mandate, required)),
	_on("authz.joint.enough", mandate, {"joint_authority_required" | not joint.enough(mandate)}),
	_on("authz.joint.suffices", mandate, joint.lacking(mandate, required)),
]

_too_weak(mandate, required) := {"mandate_loa_insufficient" | not level.mandate_suffices(mandate, required)}

_resting(mandate, service, required) := [] if not mandate.derived_from

else := [_parent_in_force(mandate, service)] if not mandate.parent.mandate

else := array.concat([_parent_in_force(mandate, service)], rules) if {
	rules := _of_parent(mandate, mandate.parent.mandate, service, required)
}

_parent_in_force(mandate, service) := _on("authz.substitution.parent_in_force", mandate, reasons) if {
	reasons := {"parent_not_in_force" | not substitution.parent_in_force(mandate, service)}
}

# whatever keeps the parent from carrying it has one reason, but for what whoever acts must bring along himself
_of_parent(mandate, parent, service, required) := array.flatten([
	_carrying("authz.substitution.by_right", parent, {1 | not substitution.by_right(parent)}),
	_carrying("authz.substitution.passer_able", parent, {1 | not substitution.passer_able(mandate)}),
	[_carrying(one.rule, parent, {1 | not one.holds}) | some one in _within(parent, service)],
	_carrying("authz.branch.met", parent, {1 | not branch.met(parent, service)}),
	_strong(parent, required),
])

_carrying(rule, parent, against) := _on(rule, parent, {"parent_not_in_force" | against != set()})

# METADATA
# title: What the rules say of the mandate that the represented gave
# description: Of an onward mandate, and of the one on which it rests (R29, R50, R117, R118).
of_source(mandate, service) := array.flatten([
	_on("authz.branch.accepted", mandate, {"branches_not_accepted" | not branch.accepted(mandate, service)}),
	_on("authz.branch.named", mandate, {"branch_required" | not branch.named(mandate)}),
	[_on("authz.branch.covered", mandate, {"branch_not_covered" | not branch.covered(mandate)}) | branch.named(mandate)],
	_lasting(mandate, service),
	[rule |
		mandate.derived_from
		parent := mandate.parent.mandate
		some rule in array.concat([_own_affairs(mandate, parent)], _lasting(parent, service))
	],
])

_own_affairs(mandate, parent) := _on("authz.substitution.reaches_own_affairs", parent, reasons) if {
	reasons := {"parent_not_in_force" | not substitution.reaches_own_affairs(mandate)}
}

_lasting(mandate, service) := [
	_on("authz.validity.under_age", mandate, {"majority_reached" | not validity.under_age(mandate)}),
	_on("authz.state.stopping", mandate, state.stopping(mandate, input.represented.party, service)),
]
