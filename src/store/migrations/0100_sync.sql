-- Fencing numbers of sync leaders: drawn while the leader's lock is held, so that a later leader has a higher one.

create sequence sync_fence as bigint;
