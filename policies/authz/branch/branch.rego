# METADATA
# title: At which branch
# description: |
#   Branches belong to the represented. A mandate for named branches is met only by one of these in the question
#   (R21, R22, R27, R28, R37); a branch in the question must be the represented's own (R26).
# schemas:
#   - input: schema.input
package authz.branch

# METADATA
# title: The branch asked for is the represented's own
# description: An organisation without branches writes 0000 and its KvK number instead (R23, R24, R25).
# scope: document
own(represented, branch) if represented.branch_registered == true

else if {
	represented.party.has_branches == false
	branch == concat("", ["0000", represented.party.kvk])
}

# METADATA
# title: Branches that could not be verified pass
# description: Only for an installation without a branch feed that says so in the policy data (R26).
unverified_passes if data.settings.unverified_branches_pass == true

# METADATA
# title: The branch, if one was asked for, was verified
# scope: document
verified(question) if not question.request.branch

else if own(question.represented, question.request.branch)

# METADATA
# title: The service takes mandates for named branches
# description: A service that cannot respect a branch restriction gets no use of restricted mandates (R29, R37).
# related_resources:
#   - ref: https://afsprakenstelsel.etoegang.nl/Startpagina/v2/servicerestriction-subdossiernr
#     description: "Afsprakenstelsel Elektronische Toegangsdiensten: restriction to branches"
# scope: document
# custom:
#   reasons:
#     branches_not_accepted: The mandate is limited to branches, and the service does not take such mandates.
accepted(mandate, service) if mandate.branches == "all"

else if {
	service.definition.branches == true
	service.instance.branches == true
}

# METADATA
# title: The question names a branch where the mandate does
# description: The caller then knows to ask at which branch (R29, R32).
# related_resources:
#   - ref: https://afsprakenstelsel.etoegang.nl/Startpagina/v2/servicerestriction-subdossiernr
#     description: "Afsprakenstelsel Elektronische Toegangsdiensten: restriction to branches"
# scope: document
# custom:
#   reasons:
#     branch_required: The mandate is limited to branches, and the question names none; `branches` lists them.
named(mandate) if mandate.branches == "all"

else if input.request.branch

# METADATA
# title: The mandate covers the branch
# description: All branches, or one that it names (R21, R22, R27, R28, R37).
# related_resources:
#   - ref: https://afsprakenstelsel.etoegang.nl/Startpagina/v2/servicerestriction-subdossiernr
#     description: "Afsprakenstelsel Elektronische Toegangsdiensten: restriction to branches"
# scope: document
# custom:
#   reasons:
#     branch_not_covered: The mandate is for other branches.
covered(mandate) if mandate.branches == "all"

else if {
	is_array(mandate.branches)
	input.request.branch in mandate.branches
}

# METADATA
# title: The mandate is met at this branch
# description: The service takes such mandates, and the branch is one of those named (R21, R29, R37).
# scope: document
met(mandate, service) if mandate.branches == "all"

else if {
	accepted(mandate, service)
	covered(mandate)
}

# METADATA
# title: Why the mandate is not met at this branch
reasons(mandate, service) := {reason |
	some rule in [
		{"branches_not_accepted" | not accepted(mandate, service)},
		{"branch_required" | not named(mandate)},
		{"branch_not_covered" | named(mandate); not covered(mandate)},
	]
	some reason in rule
}
