# METADATA
# title: When the answer may change by itself
# description: |
#   The earliest moment, still to come, at which a fact behind the answer begins or ends: a mandate, a state of a party,
#   a child's coming of age (R59, R117). Before it the answer stays as it is, unless the register changes.
package authz.changes

import data.authz.time

# METADATA
# title: The next boundary among these mandates and parties
next(mandates, parties) := min(moments) if {
	moments := {moment |
		some moment in array.flatten([
			[moment | some mandate in mandates; moment := mandate.valid_from],
			[moment | some mandate in mandates; moment := mandate.valid_until],
			[moment | some party in parties; moment := party.states[_].since],
			[moment | some party in parties; moment := party.states[_].until],
			_majority(mandates),
		])
		moment > input.now
	}
	moments != set()
}

else := null

_majority(mandates) := [moment |
	some mandate in mandates
	mandate.ground == "parental_authority"
	moment := time.majority(input.represented.party)
]
