# METADATA
# title: Courts
# description: |
#   A court may ask for suspension and revocation of any mandate, and registers whom it appoints (R101, R118). Whether
#   the request is the court's is verified over another channel (R104).
# schemas:
#   - input: schema.admin
package admin.court

import data.admin.acts

# METADATA
# title: What speaks against a court's request
# custom:
#   reasons:
#     court_request_unverified: The request says over no other channel that it was verified as the court's.
#     not_concerning_the_court: The party is in no state, and the mandate on no ground, that a court decides on.
reasons(who) := _of_court if who.role == "court"

else := set()

_of_court contains "court_request_unverified" if {
	not _looks
	not _verified
}

_of_court contains "not_concerning_the_court" if {
	_looks
	not _concerned
	not _verified
}

_looks if acts.is("looks")

_verified if {
	some channel in input.act.verified_by
	trim_space(channel) != ""
}

_concerned if input.act.name == "catalogue.view"

_concerned if {
	some fact in input.represented.party.states
	fact.state in data.tables.court_states
}

_concerned if {
	some mandate in acts.concerned
	mandate.ground in data.tables.court_grounds
}
