# METADATA
# title: Who makes managers
# description: |
#   A mandate on *manage mandates* makes its delegate a manager, by whatever act it is granted (R106). Managers are made
#   by whoever represents the party by law (R91), or by a manager who may pass his own mandate on (R50) - never to
#   himself, and not with the right to make others in turn. A party keeps at least one (R92).
# schemas:
#   - input: schema.admin
package admin.managers

import data.admin.acts
import data.authz.validity

# METADATA
# title: The mandate makes its delegate a manager
# description: All services, or all of the owner of this one, are this one too.
# scope: document
makes_manager(mandate) if {
	some service in mandate.services
	service.service_uuid == input.manage_service
}

makes_manager(mandate) if mandate.all_services

makes_manager(mandate) if {
	mandate.owner
	not _another_owner(mandate.owner)
}

# where nobody knows whose the service is, it may be anybody's
_another_owner(owner) if {
	some asked in input.represented.managing.services
	asked.service.owner != owner
}

# METADATA
# title: What speaks against it as to managers
# custom:
#   reasons:
#     may_not_appoint: Managers are appointed by a legal representative, or by a manager with the right of substitution.
#     substitution_not_passed_on: A manager does not give others the right to appoint managers.
#     own_managing_mandate: Nobody grants, changes, renews or reactivates the mandate by which he manages himself.
#     last_manager: The party would be left without manager or legal representative.
#     not_a_manager: The mandate is not on the service by which mandates are managed.
reasons(who) := union({_of_manager(who), _of_passing_on, _of_question(who), _of_end(who), _of_act})

_of_manager(who) := {"may_not_appoint" | not _may_appoint(who)} | _of_binding if {
	_binds_manager
	_is_manager(who)
}

else := set()

_of_binding contains "substitution_not_passed_on" if acts.made.substitution == true

_of_binding contains "own_managing_mandate" if {
	some mandate in acts.concerned
	mandate.delegate == acts.caller
}

# whoever acts for another does not thereby manage his mandates, nor makes others do so
_of_passing_on contains "may_not_appoint" if {
	input.act.name == "mandate.pass_on"
	input.act.parent.delegate_kind == "organisation"
	makes_manager(acts.made)
}

# whether a manager is still needed, is for whoever represents the party by law to say (R82)
_of_question(who) := {"may_not_appoint" |
	input.act.name == "mandate.reconfirm"
	who.as == "manager"
	input.act.current.delegate_kind == "person"
	makes_manager(input.act.current)
}

_of_end(who) := {"last_manager" | _leaves_without(who)}

_of_act contains "not_a_manager" if {
	startswith(input.act.name, "manager.")
	not _about_managers
}

_is_manager(who) if {
	who.end == "represented"
	who.as in ["manager", "proxy"]
}

_binds_manager if {
	acts.is("binds")
	some mandate in acts.concerned
	makes_manager(mandate)
}

_may_appoint(who) if {
	every own in who.limits {
		own.substitution == true
	}
	who.as == "manager"
}

_leaves_without(who) if {
	acts.is("ends")
	who.end != "none"
	_manages_now(input.act.current)
	not _keeps_one
}

_keeps_one if input.act.managers_left >= 1

# an organisation is managed by its own people; a person by himself
_manages_now(mandate) if {
	mandate.kind == "employee"
	makes_manager(mandate)
	validity.active(mandate)
	validity.started(mandate)
	validity.unended(mandate)
}

# a dismissal may leave the rest of a mandate that is about more
_about_managers if {
	input.act.name == "manager.dismiss"
	makes_manager(input.act.current)
}

_about_managers if {
	input.act.name != "manager.dismiss"
	acts.concerned != []
	every mandate in acts.concerned {
		makes_manager(mandate)
	}
}
