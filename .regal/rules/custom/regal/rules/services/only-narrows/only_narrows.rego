# METADATA
# title: Conditions of services only take away
# description: |
#   A package `services.<name>` has one `objections`: always defined, and each of its reasons a rule that does not hold.
#   It reads no clock, for then an answer would change unannounced, and nothing that inputs leave out where the general
#   rules do not read it: what is absent must not pass for good. Nobody but `services` uses it, and `services` is
#   asked where the general rules ask it, and nowhere else.
# related_resources:
#   - description: documentation
#     ref: docs/decisions/0024-conditions-of-services.md
# schemas:
#   - input: schema.regal.ast
package custom.regal.rules.services["only-narrows"]

import data.regal.ast
import data.regal.result

# where the answer of `services` only ever takes away
_askers := {"authz.level", "authz.path", "authz.why"}

report contains violation if {
	_is_condition
	_objections == []

	violation := result.fail(rego.metadata.chain(), result.location(input.package))
}

report contains violation if {
	_is_condition
	some i, rule in _objections
	not _takes_away(i, rule)

	violation := result.fail(rego.metadata.chain(), result.location(rule.head))
}

report contains violation if {
	_is_condition
	some ref in _refs
	ref[0].value == "input"
	not _may_read(ref)

	violation := result.fail(rego.metadata.chain(), result.location(ref[0]))
}

report contains violation if {
	_is_condition
	some term in _left_out

	violation := result.fail(rego.metadata.chain(), result.location(term))
}

report contains violation if {
	_is_condition
	some expression
	walk(input.rules, [_, expression])
	expression["with"]

	violation := result.fail(rego.metadata.chain(), result.location(expression))
}

report contains violation if {
	not _is_test
	some ref in _data_refs
	not _may_use(ref)

	violation := result.fail(rego.metadata.chain(), result.location(ref[1]))
}

_may_read(ref) if ref[1].value in {"actor", "represented", "request", "together", "via"}

# as src/policy/trim.ts has it
_left_out contains term if {
	walk(input.rules, [_, term])
	term.type == "string"
	term.value in {"birth_date", "granted_at", "has_branches", "lasts"}
}

# of parties that stand under no name, the intermediary, the id; of all others the number
_left_out contains part if {
	some ref in _refs
	some i, part in ref
	part.type == "string"
	part.value == "party_id"
	not ref[i - 1].value in {"party", "delegate"}
}

_left_out contains part if {
	some ref in _refs
	some i, part in ref
	part.value == "kvk"
	ref[i - 1].value == "party"
}

_is_condition if {
	ast.package_path[0] == "services"
	count(ast.package_path) > 1
	not _is_test
}

_is_test if {
	some part in ast.package_path
	endswith(part, "_test")
}

_objections := [rule | some rule in input.rules; rule.head.ref[0].value == "objections"]

_takes_away(0, rule) if {
	count(rule.head.ref) == 1
	rule.head.args
	not rule.body
	not rule["else"]
	_is_narrow(rule.head.value)
}

_is_narrow(term) if {
	term.type == "setcomprehension"
	term.value.term.type == "string"
	count(term.value.body) == 1
	term.value.body[0].negated == true
	_is_rule_of_its_own(term.value.body[0].terms)
}

_is_narrow(term) if {
	term.type == "call"
	term.value[0].value[0].value == "union"
	term.value[1].type == "set"
	every one in term.value[1].value {
		one.type == "setcomprehension"
		one.value.term.type == "string"
		count(one.value.body) == 1
		one.value.body[0].negated == true
		_is_rule_of_its_own(one.value.body[0].terms)
	}
}

_is_rule_of_its_own(terms) if {
	count(terms[0].value) == 1
	terms[0].value[0].value in {rule.head.ref[0].value | some rule in input.rules}
}

_refs contains ref if {
	walk(input.rules, [_, term])
	term.type == "ref"
	ref := term.value
}

_data_refs contains ref if {
	some ref in _refs
	ref[0].value == "data"
}

_data_refs contains imported.path.value if {
	some imported in input.imports
	imported.path.value[0].value == "data"
}

_may_use(ref) if {
	not ref[1].value in {"services", "admin"}
	not _is_condition
}

_may_use(ref) if ref[1].value == "tables"

# the general rules are none of a condition's business, but for the smallest of them
_may_use(ref) if {
	ref[1].value == "authz"
	ref[2].value in {"branch", "scope", "state", "validity"}
}

_may_use(ref) if {
	ref[1].value == "admin"
	ast.package_path[0] == "admin"
}

_may_use(ref) if {
	ref[1].value == "services"
	not ref[2]
	ast.package_name in _askers
}

_may_use(ref) if {
	ref[1].value == "services"
	ast.package_name == "services"
}
