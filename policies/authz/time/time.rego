# METADATA
# title: When
# description: A mandate counts while it is active and from its start until just before its end (R47, R59, R60, R62).
package authz.time

import data.calendar

# METADATA
# title: The mandate is active
active(mandate) if mandate.status == "active"

# METADATA
# title: The mandate has started
started(mandate, now) if mandate.valid_from <= now

# METADATA
# title: The mandate has not ended
unended(mandate, now) if now < mandate.valid_until

unended(mandate, _) if open_ended(mandate)

# METADATA
# title: The mandate may be without an end
open_ended(mandate) if {
	mandate.kind == "statutory"
	not mandate.valid_until
}

# METADATA
# title: The mandate runs no longer than allowed
# description: Five calendar years in the Netherlands; statutory authority ends with its ground instead (R60).
short_enough(mandate) if mandate.kind == "statutory"

short_enough(mandate) if calendar.within_five_years(mandate.valid_from, mandate.valid_until)

# METADATA
# title: The child is not of age
# description: Parental authority ends at midnight on the eighteenth birthday (R117).
under_age(mandate, _, _) if mandate.kind != "statutory"

under_age(mandate, _, _) if mandate.ground != "parental_authority"

under_age(_, represented, now) if now < majority(represented)

# METADATA
# title: The moment at which a person comes of age
majority(person) := calendar.birthday(person.birth_date, 18)
