package custom.regal.rules.services["only-narrows_test"]

import data.custom.regal.rules.services["only-narrows"] as rule

_kept := concat("\n\n", [
	"package services.fine",
	"import data.authz.state",
	`objections(wanted, path) := union({{"a" | not fits(wanted, path)}, {"b" | not _named(wanted)}})`,
	"fits(wanted, path) if wanted[input.request.operation] == data.tables.levels[path.basis]",
	`_named(wanted) if state.in_any(wanted.party)`,
])

test_what_only_narrows[note] if {
	some [note, module] in [
		["a condition", _kept],
		["one reason", "package services.one\n\nobjections(wanted) := {`a` | not fits(wanted)}\n\nfits(wanted) if wanted"],
		["its test", "package services.fine_test\n\nimport data.services.fine\n\ntest_it if fine.objections(1, 2) with input as {}"],
		["who asks them all", "package services\n\nimport data.services.fine\n\nobjections(s, p) := fine.objections(s, p)"],
		["a number of who is in between", _reading(`x.delegate.kvk == x.kvk`)],
		["who acts", _reading(`input.actor.party.party_id == x.party.party_id`)],
		["who passed on", _reading(`x.delegate.party_id == input.via.party.party_id`)],
		["a general rule", "package authz.path\n\nimport data.services\n\nx(p) if services.objections(1, p) == set()"],
		["who manages", "package admin.acts\n\nimport data.admin.kinds\nimport data.authz\n\nx if authz.answer"],
	]
	report := rule.report with input as regal.parse_module("policy.rego", module)
	report == set()
}

test_what_may_widen[note] if {
	some [note, module] in [
		["no objections", "package services.wild\n\nfits(path) if path"],
		["objections only now and then", _objecting(`{"a" | not fits(wanted, path)} if path`)],
		["two of them", concat("\n\n", [_kept, `objections(wanted, path) := {"a" | not fits(wanted, path)}`])],
		["other ones else", _objecting(`{"a" | not fits(wanted, path)} if path else := set()`)],
		["a reason that does hold", _objecting(`{"a" | fits(wanted, path)}`)],
		["a reason for some only", _objecting(`{"a" | wanted.x; not fits(wanted, path)}`)],
		["a reason that is reckoned", _objecting(`{wanted.code | not fits(wanted, path)}`)],
		["a fact that does not hold", _objecting(`{"a" | not path.links}`)],
		["no set of reasons", _objecting("set()")],
		["one of two", _objecting(`union({{"a" | not fits(wanted, path)}, {"b" | fits(wanted, path)}})`)],
		["no function", "package services.wild\n\nobjections contains `a` if not fits\n\nfits if input.request"],
		["the clock", concat("\n\n", [_kept, "x if input.now > 5"])],
		["what was found for others", concat("\n\n", [_kept, "x if input.services[0]"])],
		["anything", concat("\n\n", [_kept, "x(name) if input[name]"])],
		["everything", concat("\n\n", [_kept, "x if {\n\ty := input\n\ty.now\n}"])],
		["another input", concat("\n\n", [_kept, "x if state.in_any(1) with input as {}"])],
		["the answer", concat("\n\n", [_kept, "x if data.authz.answer.allow"])],
		["another condition", concat("\n\n", [_kept, "x if data.services.other.objections(1, 2)"])],
		["who manages", concat("\n\n", [_kept, "x if data.admin.answer"])],
		["something by a name that is not written", concat("\n\n", [_kept, "x(name) if data[name]"])],
		["when a mandate was granted, which questions leave out", _reading("x.granted_at < 5")],
		["the same by its name", _reading(`object.get(x, "granted_at", 0) < 5`)],
		["how long it lasts", _reading("x.lasts > 5")],
		["an age", _reading(`input.represented.party.birth_date < "2000"`)],
		["branches", _reading("input.represented.party.has_branches")],
		["a number of the represented", _reading(`input.represented.party.kvk == "1"`)],
		["a number of somebody", _reading(`x.party.kvk == "1"`)],
		["which party the intermediary is", _reading(`x.party_id == "1"`)],
		["asked elsewhere", "package authz.link\n\nimport data.services\n\nx(p) if services.objections(1, p)"],
		["asked by one's own name", "package authz.path\n\nx(p) if data.services.fine.objections(1, p) == set()"],
		["asked by who manages", "package admin.acts\n\nimport data.services\n\nx if services.objections(1, 2)"],
	]
	report := rule.report with input as regal.parse_module("policy.rego", module)
	count(report) > 0
}

_objecting(value) := concat("\n\n", [
	"package services.wild",
	concat("", ["objections(wanted, path) := ", value]),
	"fits(wanted, path) if wanted[path.basis]",
])

_reading(body) := concat("\n\n", [_kept, concat("", ["x(x) if ", body])])
