# METADATA
# title: For what exactly
# description: |
#   A restriction that a mandate names is met only by an equal value in the question; an absent value never meets it.
#   Unlimited is always said in so many words (R39, R46, R49, R52).
package authz.scope

# METADATA
# title: All services only where that is allowed
# description: A natural person cannot mandate somebody for everything at once.
everything_allowed(mandate) if mandate.scope.by != "everything"

everything_allowed(mandate) if mandate.kind != "voluntary"

# METADATA
# title: The service is in the mandate's scope
# description: A set covers only what it contains now; removals work at once (R40, R46).
covered(mandate, _) if mandate.scope.by in ["service", "owner", "everything"]

covered(mandate, service) if {
	mandate.scope.by == "set"
	service.sets[mandate.scope.set]
}

# METADATA
# title: The grantor confirmed this member of the set
# description: Additions to a set reach a mandate only when its grantor confirms them (R46, R55).
confirmed(mandate, _) if mandate.scope.by != "set"

confirmed(mandate, service) if not service.sets[mandate.scope.set]

confirmed(mandate, service) if service.sets[mandate.scope.set] <= mandate.scope.version

# METADATA
# title: The mandate covers the operation
operation_covered(mandate) if mandate.operations == "all"

operation_covered(mandate) if {
	is_array(mandate.operations)
	input.request.operation in mandate.operations
}

# METADATA
# title: The mandate covers the case
case_covered(mandate) if mandate.cases == "all"

case_covered(mandate) if {
	is_array(mandate.cases)
	input.request.case in mandate.cases
}
