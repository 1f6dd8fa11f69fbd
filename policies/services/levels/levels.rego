# METADATA
# title: A higher level for some operations
# description: |
#   The level that the owner of the service asks for each operation, `{"view": "eh2", "submit": "eh4"}`. Logins and
#   mandates must reach it, as they must reach that of the service (R85, R95).
# schemas:
#   - input: schema.input
package services.levels

# METADATA
# title: What the owner has against any path
# description: Nothing but levels that are none; the others are asked of login and mandates, in `authz.level` (R95).
objections(wanted) := {"service_condition_unknown" | not readable(wanted)}

# METADATA
# title: Each operation has a level that is known
# description: Nobody can do anything at a level that nobody knows (R95).
# custom:
#   reasons:
#     service_condition_unknown: The service has a condition of its own that no rule here can read.
readable(wanted) if {
	is_object(wanted)
	wanted != {}
	every level in wanted {
		level in ["eh2", "eh2plus", "eh3", "eh4"]
	}
}

# METADATA
# title: The level that is asked for what is done
# description: |
#   An operation that is not named, or none in the question, is asked the highest that is named: else a portal that
#   says less would have it easier (R85, R95).
# scope: document
asked(wanted) := wanted[operation] if operation := input.request.operation

else := max([level | some level in wanted])
