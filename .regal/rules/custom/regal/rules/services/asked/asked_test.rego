package custom.regal.rules.services.asked_test

import data.custom.regal.rules.services.asked as rule

_conditions(imports) := {entry |
	some name, module in {
		"services.rego": concat("\n", array.concat(["package services", ""], imports)),
		"fine.rego": "package services.fine",
		"fine_test.rego": "package services.fine_test",
		"other.rego": "package authz.path",
	}
	some collected in rule.aggregate with input as regal.parse_module(name, module)
	entry := object.union(collected, {"aggregate_source": {"file": name}})
}

test_asked if {
	report := rule.aggregate_report with input.aggregate as _conditions(["import data.services.fine"])
	report == set()
}

test_not_asked if {
	report := rule.aggregate_report with input.aggregate as _conditions(["import data.services.finer"])
	{violation.location.file | some violation in report} == {"fine.rego"}
}
