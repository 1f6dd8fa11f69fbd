package services.intermediaries_test

import data.fixtures_test as fixtures
import data.services.intermediaries

test_objections[note] if {
	some [note, basis, parties, wanted, held] in [
		["no intermediary", "mandate", [], {}, true],
		["listed", "chain", [fixtures.office], {fixtures.office.kvk: true}, true],
		["listed as not", "chain", [fixtures.office], {fixtures.office.kvk: false}, false],
		["not listed", "chain", [fixtures.office], {fixtures.firm.kvk: true}, false],
		["nobody is", "chain", [fixtures.office], {}, false],
		["without a number", "chain", [object.remove(fixtures.office, ["kvk"])], {fixtures.office.kvk: true}, false],
		["a list instead", "chain", [fixtures.office], [fixtures.office.kvk], false],
		["all in one word", "chain", [fixtures.office], true, false],
	]
	reasons := intermediaries.objections(wanted, {"basis": basis, "parties": parties})
	reasons == {"intermediary_not_listed" | held == false}
}
