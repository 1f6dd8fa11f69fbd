# METADATA
# title: What may be done through an intermediary
# description: |
#   The operations that the owner of the service accepts from an intermediary's people, `{"view": true}`; none of them
#   when it is empty (R43, R107).
# schemas:
#   - input: schema.input
package services.chains

# METADATA
# title: What the owner has against this path
# description: See `accepted` (R43, R107).
objections(wanted, path) := {"operation_not_by_chain" | not accepted(wanted, path)}

# METADATA
# title: This may be done through an intermediary
# description: An operation that is not named, or none in the question, may not (R43, R107).
# scope: document
# custom:
#   reasons:
#     operation_not_by_chain: The owner of the service does not take this operation through an intermediary.
accepted(_, path) if path.basis != "chain"

accepted(wanted, _) if wanted[input.request.operation] == true
