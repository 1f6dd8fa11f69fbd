# METADATA
# title: For what exactly
# description: |
#   A restriction that a mandate names is met only by an equal value in the question; an absent value never meets it.
#   Unlimited is always said in so many words (R39, R46, R49, R52).
# schemas:
#   - input: schema.input
package authz.scope

# METADATA
# title: All services only where that is allowed
# description: A natural person does not mandate somebody for everything at once (R46, R48).
# scope: document
# custom:
#   reasons:
#     all_services_not_for_voluntary: A voluntary mandate for all services is none.
everything_allowed(mandate) if mandate.scope.by != "everything"

else if mandate.kind != "voluntary"

# METADATA
# title: The service is in the mandate's scope
# description: A set covers only what it contains now; removals work at once (R40, R46).
# related_resources:
#   - ref: https://afsprakenstelsel.etoegang.nl/Startpagina/v1/auc3-registreren-bevoegdheid
#     description: "Afsprakenstelsel Elektronische Toegangsdiensten: registering authority"
# scope: document
# custom:
#   reasons:
#     service_not_covered: The set for which the mandate was given does not contain the service any more.
covered(mandate, service) if mandate.scope.by == "service"

else if mandate.scope.by in ["owner", "everything"]

else if {
	mandate.scope.by == "set"
	service.sets[mandate.scope.set]
}

# METADATA
# title: The grantor confirmed this member of the set
# description: Additions to a set reach a mandate only when its grantor confirms them (R46, R55).
# custom:
#   reasons:
#     set_addition_unconfirmed: The service was added to the set after the grantor last confirmed it.
confirmed(mandate, service) if not _added_later(mandate, service)

_added_later(mandate, service) if service.sets[mandate.scope.set] > mandate.scope.version

# METADATA
# title: The mandate covers the operation
# description: All operations, or the one asked for among those that it names (R49, R52).
# scope: document
# custom:
#   reasons:
#     operation_not_covered: The mandate is for other operations.
operation_covered(mandate) if mandate.operations == "all"

else if {
	is_array(mandate.operations)
	input.request.operation in mandate.operations
}

# METADATA
# title: The mandate covers the case
# description: All cases, or the one asked for among those that it names (R36, R140).
# scope: document
# custom:
#   reasons:
#     case_not_covered: The mandate is for other cases.
case_covered(mandate) if mandate.cases == "all"

else if {
	is_array(mandate.cases)
	input.request.case in mandate.cases
}
