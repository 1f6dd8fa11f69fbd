# METADATA
# title: Whether a mandate may have been passed on
# description: The owner of the service wants mandates from the represented himself, `true` (R43, R50).
package services.firsthand

# METADATA
# title: What the owner has against this path
# description: See `given` (R43, R50).
objections(wanted, path) := {"onward_mandate_not_accepted" | not given(wanted, path)}

# METADATA
# title: No mandate on the path was passed on
# scope: document
# description: Whatever is written for it but `false` asks this (R43, R50).
# custom:
#   reasons:
#     onward_mandate_not_accepted: The owner of the service takes no mandates that were passed on.
given(_, path) if every mandate in path.links {
	not mandate.derived_from
}

given(false, _)
