package authz

import data.authz.why

# METADATA
# title: Why
# description: |
#   The answer, with what each rule says of the question and of each path that was found, also where the answer did not
#   depend on it. Its shape is `Explained` in src/domain/explanation.ts. Nobody acts on it: it is asked beside the
#   decision, by who wants to know why (R133).
# scope: document
# entrypoint: true
explain := {
	"allow": answer.allow,
	"reasons": object.get(answer, "reasons", []),
	"question": why.question,
	"paths": why.paths,
}
