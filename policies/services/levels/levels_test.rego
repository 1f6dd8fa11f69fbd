package services.levels_test

import data.services.levels

test_asked[note] if {
	wanted := {"view": "eh2", "submit": "eh3"}
	some [note, request, want] in [
		["named", {"operation": "view"}, "eh2"],
		["the highest", {"operation": "submit"}, "eh3"],
		["not named", {"operation": "SUBMIT"}, "eh3"],
		["nothing asked", {}, "eh3"],
	]
	levels.asked(wanted) == want with input as {"request": request}
}

test_objections[note] if {
	some [note, wanted, held] in [
		["every level", {"a": "eh2", "b": "eh2plus", "c": "eh3", "d": "eh4"}, true],
		["no level", {"a": "eh1"}, false],
		["a level and none", {"a": "eh3", "b": "high"}, false],
		["a number", {"a": 3}, false],
		["none", {}, false],
		["a list", ["eh3"], false],
		["one word", "eh3", false],
	]
	levels.objections(wanted) == {"service_condition_unknown" | held == false}
}
