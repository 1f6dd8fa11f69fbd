package admin.means_test

import data.admin.fixtures_test as acts
import data.fixtures_test as fixtures

_own(name) := object.union(acts.by_mandates(name, {}, []), {"represented": {
	"party": fixtures.person,
	"managing": {"represented": {"party": fixtures.person}},
}})

test_reasons[note] if {
	issued := {"means_owner": fixtures.firm.party_id}
	some [note, asked, want] in [
		["its employee's", acts.by_mandates("means.activate", issued, [acts.manager]), []],
		["another employer's", acts.by_mandates("means.deactivate", {"means_owner": "another"}, [acts.manager]), [
			"not_issued_by_party",
		]],
		["nobody's", acts.by_mandates("means.deactivate", {}, [acts.manager]), ["not_issued_by_party"]],
		["his own, off", _own("means.deactivate"), []],
		["his own, on", _own("means.activate"), ["not_for_this_capacity"]],
		["his own, to see", _own("means.view"), []],
		["a new one", acts.by_mandates("means.register", issued, [acts.manager]), ["not_for_this_capacity"]],
		["by the registrar", acts.system("registrar", "means.register", {}), []],
	]
	data.admin.decision.reasons == want with input as asked
}
