# METADATA
# title: Which intermediaries may act
# description: |
#   The owner of the service lists them by KvK number, `{"62640001": true}` (R43, R107).
package services.intermediaries

# METADATA
# title: What the owner has against this path
# description: See `listed` (R43, R107).
objections(wanted, path) := {"intermediary_not_listed" | not listed(wanted, path)}

# METADATA
# title: The intermediary, if there is one, is on the owner's list
# description: One without a KvK number cannot be (R43, R107).
# scope: document
# custom:
#   reasons:
#     intermediary_not_listed: The owner of the service has not put this intermediary on his list.
listed(_, path) if path.basis != "chain"

listed(wanted, path) if wanted[path.parties[0].kvk] == true
