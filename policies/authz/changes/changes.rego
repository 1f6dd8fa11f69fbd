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
# title: The next boundary among these mandates, and those of who acts, for whom and through these others
# scope: document
next(mandates, others) := min(moments) if {
	parties := array.concat([input.represented.party, input.actor.party], others)
	moments := array.concat(_of_mandates(mandates, input.now), _of_parties(parties, input.now))
	moments != []
}

else := null

_of_mandates(mandates, now) := array.flatten([
	[mandate.valid_until | some mandate in mandates; mandate.valid_until > now],
	[mandate.valid_from | some mandate in mandates; mandate.valid_from > now],
	[majority |
		some mandate in mandates
		mandate.ground == "parental_authority"
		majority := validity.majority(input.represented.party)
		majority > now
	],
])

_of_parties(parties, now) := [moment |
	some party in parties
	some fact in party.states
	some bound in ["since", "until"]
	moment := fact[bound]
	moment > now
]
