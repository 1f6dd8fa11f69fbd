# METADATA
# title: Every condition is asked
# description: A package `services.<name>` that `services` does not import would be written in vain.
# related_resources:
#   - description: documentation
#     ref: docs/decisions/0024-conditions-of-services.md
# schemas:
#   - input: schema.regal.ast
package custom.regal.rules.services.asked

import data.regal.ast
import data.regal.result

aggregate contains entry if {
	ast.package_path[0] == "services"
	not endswith(ast.package_name, "_test")

	entry := result.aggregate(rego.metadata.chain(), {
		"name": ast.package_name,
		"asks": [concat(".", [part.value | some part in array.slice(one.path.value, 1, 100)]) | some one in input.imports],
	})
}

# METADATA
# schemas:
#   - input: schema.regal.aggregate
aggregate_report contains violation if {
	some entry in input.aggregate
	name := entry.aggregate_data.name
	name != "services"
	not _asked(name)

	violation := result.fail(rego.metadata.chain(), {"location": {
		"file": entry.aggregate_source.file,
		"row": 1,
		"col": 1,
		"text": $"package {name}",
	}})
}

# METADATA
# schemas:
#   - input: schema.regal.aggregate
_asked(name) if {
	some entry in input.aggregate
	entry.aggregate_data.name == "services"
	name in entry.aggregate_data.asks
}
