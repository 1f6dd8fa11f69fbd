#!lua flags=no-writes
-- Stands in front of a script that only reads.
