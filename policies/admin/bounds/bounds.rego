# METADATA
# title: Within the manager's own limits
# description: |
#   His mandate may be limited to branches, and by its operations to services: outside of these he manages nothing, and
#   sees nothing (R37, R57, R86, R123).
# schemas:
#   - input: schema.admin
package admin.bounds

import data.admin.acts

# METADATA
# title: What lies beyond the manager's limits
# custom:
#   reasons:
#     beyond_own_branches: The manager is limited to branches, and this reaches further.
#     beyond_own_services: The manager is limited to services, and this reaches further.
reasons(who) := union({
	{"beyond_own_branches" | some own in who.limits; not _everywhere(own); not _within_branches(who, own)},
	{"beyond_own_services" | some own in who.limits; not _for_everything(own); not _within_services(own)},
})

_everywhere(own) if own.branches == "all"

_for_everything(own) if own.operations == "all"

# branches are those of the represented
_within_branches(who, own) if {
	who.end == "represented"
	acts.concerned != []
	every mandate in acts.concerned {
		_among(mandate.branches, own.branches)
	}
}

_within_branches(_, _) if _about_no_mandate

_within_services(own) if {
	acts.concerned != []
	every mandate in acts.concerned {
		_names_services(mandate)
		every service in mandate.services {
			concat("", ["service:", service.service_uuid]) in own.operations
		}
		_manages_within(mandate, own)
	}
}

_within_services(_) if _about_no_mandate

# who is made known may do nothing by that; what he is granted is bounded by itself
_about_no_mandate if input.act.name in ["party.view", "employee.enrol"]

# nothing beside the services that it names: those are all that could be compared
_names_services(mandate) if {
	not mandate.all_services
	not mandate.owner
}

# whoever he makes a manager is limited as he is
_manages_within(mandate, _) if not _covers_managing(mandate)

_manages_within(mandate, own) if {
	_covers_managing(mandate)
	_among(mandate.operations, own.operations)
}

_covers_managing(mandate) if {
	some service in mandate.services
	service.service_uuid == input.manage_service
}

_among(some_values, all_values) if {
	is_array(some_values)
	is_array(all_values)
	every value in some_values {
		value in all_values
	}
}
