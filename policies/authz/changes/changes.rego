# METADATA
# title: When the answer may change by itself
# description: |
#   The earliest moment, still to come, at which a fact behind the answer begins or ends: a mandate, a state of a party,
#   a child's coming of age (R59, R117). Before it the answer stays as it is, unless the register changes.
# schemas:
#   - input: schema.input
package authz.changes

import data.authz.validity

# METADATA
# title: The next boundary among these mandates and parties
# scope: document
next(mandates, parties) := min(moments) if {
	moments := [moment | some moment in _boundaries(mandates, parties); moment > input.now]
	moments != []
}

else := null

_boundaries(mandates, parties) := array.flatten([
	[mandate.valid_from | some mandate in mandates],
	[mandate.valid_until | some mandate in mandates],
	[fact.since | some party in parties; some fact in party.states],
	[fact.until | some party in parties; some fact in party.states],
	[validity.majority(input.represented.party) |
		some mandate in mandates
		mandate.ground == "parental_authority"
	],
])
