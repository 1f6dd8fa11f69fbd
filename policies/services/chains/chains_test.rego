package services.chains_test

import data.services.chains

test_objections[note] if {
	some [note, basis, wanted, request, held] in [
		["no chain", "mandate", {}, {}, true],
		["an operation that is named", "chain", {"view": true}, {"operation": "view"}, true],
		["another", "chain", {"view": true}, {"operation": "submit"}, false],
		["one that is named as not", "chain", {"view": false}, {"operation": "view"}, false],
		["no operation", "chain", {"view": true}, {}, false],
		["none is named", "chain", {}, {"operation": "view"}, false],
		["a list instead", "chain", ["view"], {"operation": "view"}, false],
		["all in one word", "chain", true, {"operation": "view"}, false],
	]
	reasons := chains.objections(wanted, {"basis": basis}) with input as {"request": request}
	reasons == {"operation_not_by_chain" | held == false}
}
