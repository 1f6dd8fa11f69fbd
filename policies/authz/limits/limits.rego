# METADATA
# title: How far a mandate goes
# description: |
#   Kind, domain, services, operations and cases. An onward mandate goes no further than the one it rests on, so
#   both obey these. What `hold` asks and what `reasons` names stand side by side.
package authz.limits

import data.authz.scope
import data.authz.service as services

# METADATA
# title: The question lies within the mandate
hold(mandate, service) if {
	services.mandatable(mandate, service)
	services.domain_served(mandate, service)
	scope.everything_allowed(mandate)
	scope.covered(mandate, service)
	scope.confirmed(mandate, service)
	scope.operation_covered(mandate)
	scope.case_covered(mandate)
}

# METADATA
# title: In what the question goes beyond the mandate
reasons(mandate, service) := {reason |
	some rule in [
		{"service_not_mandatable" | not services.mandatable(mandate, service)},
		{"domain_not_served" | not services.domain_served(mandate, service)},
		{"all_services_not_for_voluntary" | not scope.everything_allowed(mandate)},
		{"service_not_covered" | not scope.covered(mandate, service)},
		{"set_addition_unconfirmed" | not scope.confirmed(mandate, service)},
		{"operation_not_covered" | not scope.operation_covered(mandate)},
		{"case_not_covered" | not scope.case_covered(mandate)},
	]
	some reason in rule
}
