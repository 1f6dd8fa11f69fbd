# METADATA
# title: Does a change give more than there was?
# description: |
#   For what nobody else may widen: each part of what would stand is held against what stands. Where more and less
#   cannot be told apart (level, reach, who acts together), another is more.
# schemas:
#   - input: schema.admin
package admin.wider

import data.admin.acts

# METADATA
# title: It covers more, for longer, or in another way
# scope: document
default reaches_further := false

reaches_further if {
	some part in ["loa", "reach", "joint"]
	_of(acts.made, part) != _of(input.act.current, part)
}

reaches_further if {
	some part in ["owner", "all_services", "substitution", "reads_messages"]
	part in object.keys(acts.made)
	_of(acts.made, part) != _of(input.act.current, part)
}

reaches_further if {
	named := {service.service_uuid | some service in input.act.current.services}
	some service in acts.made.services
	not service.service_uuid in named
}

reaches_further if {
	some part in ["operations", "branches", "cases"]
	not _within(acts.made[part], input.act.current[part])
}

reaches_further if acts.made.valid_until > input.act.current.valid_until

_of(mandate, part) := object.get(mandate, part, "none")

_within(_, "all")

_within(new, old) if {
	is_array(new)
	every value in new {
		value in old
	}
}
