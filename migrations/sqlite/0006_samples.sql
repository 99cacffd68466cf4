-- What a sample showed of a table, compressed JSON; none where a source declares its schema. Like the estimate of its rows it is no
-- part of what the table is, and follows every sync.
alter table tree_entry add column sample blob;
