package services.firsthand_test

import data.fixtures_test as fixtures
import data.services.firsthand

test_objections[note] if {
	some [note, links, wanted, held] in [
		["no mandate", [], true, true],
		["given by the represented", [fixtures.business, fixtures.employee], true, true],
		["passed on", [fixtures.onward], true, false],
		["passed on, the second", [fixtures.business, fixtures.onward], true, false],
		["passed on, and that is well", [fixtures.onward], false, true],
		["passed on, and nobody knows what is wanted", [fixtures.onward], "no", false],
	]
	firsthand.objections(wanted, {"links": links}) == {"onward_mandate_not_accepted" | held == false}
}
