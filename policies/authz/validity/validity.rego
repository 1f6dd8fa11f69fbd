# METADATA
# title: When
# description: A mandate counts while it is active and from its start until just before its end (R47, R59, R60, R62).
# schemas:
#   - input: schema.input
package authz.validity

import data.calendar

# METADATA
# title: The mandate is active
# description: Not asked for or offered only, not suspended, not revoked (R64, R75, R77).
# related_resources:
#   - ref: https://wetten.overheid.nl/BWBR0005291
#     description: "Burgerlijk Wetboek 3:72: how a power of attorney ends"
#   - ref: https://afsprakenstelsel.etoegang.nl/Startpagina/v1/status-tbv-inzageregister
#     description: "Afsprakenstelsel Elektronische Toegangsdiensten: statuses"
# custom:
#   reasons:
#     mandate_pending: The mandate was requested or offered and is not in force yet.
#     mandate_suspended: The mandate is suspended.
#     mandate_revoked: The mandate was revoked.
active(mandate) if mandate.status == "active"

# METADATA
# title: The mandate has started
# description: From the first moment of its period (R47, R59).
# custom:
#   reasons:
#     mandate_not_started: The mandate starts later.
started(mandate) if mandate.valid_from <= input.now

# METADATA
# title: The mandate has not ended
# description: The end itself lies outside the period; only statutory authority may be without one (R47, R59).
# scope: document
# custom:
#   reasons:
#     mandate_expired: The mandate has ended.
unended(mandate) if input.now < mandate.valid_until

else if {
	mandate.kind == "statutory"
	not mandate.valid_until
}

# METADATA
# title: The mandate runs no longer than allowed
# description: |
#   Five calendar years in the Netherlands; statutory authority ends with its ground instead (R60). `years` counts the
#   calendar years that have begun when it ends; without it they are reckoned here.
# scope: document
# custom:
#   reasons:
#     mandate_too_long: The mandate runs longer than five years.
short_enough(mandate) if mandate.kind == "statutory"

else if mandate.years <= 5

else if {
	not mandate.years
	calendar.within_five_years(mandate.valid_from, mandate.valid_until)
}

# METADATA
# title: The child is not of age
# description: Parental authority ends at midnight on the eighteenth birthday (R117).
# related_resources:
#   - ref: https://wetten.overheid.nl/BWBR0002656
#     description: "Burgerlijk Wetboek 1:233 and 1:245: minority and parental authority"
# scope: document
# custom:
#   reasons:
#     majority_reached: The child has come of age, so that parental authority has ended.
under_age(mandate) if not mandate.ground == "parental_authority"

else if {
	mandate.ground == "parental_authority"
	input.now < majority(input.represented.party)
}

# METADATA
# title: The moment at which a person comes of age
majority(person) := calendar.birthday(person.birth_date, 18)
