package services.intermediaries_test

import data.fixtures_test as fixtures
import data.services.intermediaries

test_objections[note] if {
	some [note, parties, wanted, held] in [
		["no intermediary", [], {}, true],
		["listed", [fixtures.office], {fixtures.office.kvk: true}, true],
		["listed as not", [fixtures.office], {fixtures.office.kvk: false}, false],
		["not listed", [fixtures.office], {fixtures.firm.kvk: true}, false],
		["nobody is", [fixtures.office], {}, false],
		["without a number", [object.remove(fixtures.office, ["kvk"])], {fixtures.office.kvk: true}, false],
		["a list instead", [fixtures.office], [fixtures.office.kvk], false],
		["all in one word", [fixtures.office], true, false],
	]
	reasons := intermediaries.objections(wanted, {"parties": parties, "links": [{}]})
	reasons == {"intermediary_not_listed" | held == false}
}

test_objections_to_who_passed_on[note] if {
	some [note, passer, wanted, held] in [
		["a person", {"kind": "person"}, {}, true],
		["listed", fixtures.office, {fixtures.office.kvk: true}, true],
		["not listed", fixtures.office, {fixtures.firm.kvk: true}, false],
		["without a number", {"kind": "organisation"}, {fixtures.office.kvk: true}, false],
		["of no known kind", {}, {fixtures.office.kvk: true}, false],
	]
	path := {"parties": [], "links": [{}, {"parent": {"delegate": passer}}]}
	intermediaries.objections(wanted, path) == {"intermediary_not_listed" | held == false}
}

test_objections_to_who_passed_on_to_one_that_is_listed if {
	path := {"parties": [fixtures.office], "links": [{"parent": {"delegate": fixtures.firm}}]}
	intermediaries.objections({fixtures.office.kvk: true}, path) == {"intermediary_not_listed"}
}
