---@meta
-- Generated from the field lists of the operations. Do not edit.

---The operations of a migration.
op = {}

---@class waxwing.column_reference
---@field schema? string Schema of the referenced table.
---@field table string Referenced table.
---@field column? string Referenced column; its primary key when left out.
---@field name? string Name of the constraint; PostgreSQL chooses one when left out.
---@field on_delete? "no action"|"restrict"|"cascade"|"set null"|"set default" What happens when the referenced row is deleted.
---@field on_delete_columns? string|string[] With `set null` or `set default`: the columns to set, where not all (PostgreSQL 15).
---@field on_update? "no action"|"restrict"|"cascade"|"set null"|"set default" What happens when the referenced key changes.
---@field match? "simple"|"full" How a key with nulls is matched.
---@field deferrable? boolean The check can be put off to the end of the transaction.
---@field initially_deferred? boolean The check is put off unless SET CONSTRAINTS says otherwise; makes it deferrable.
---@field not_valid? boolean Leaves rows that exist unchecked until op.validate_constraint.

---@class waxwing.column
---@field name string Name of the column.
---@field type string SQL type, written as given: `text`, `numeric(12,2)`, `bigint[]`.
---@field not_null? boolean Rejects nulls.
---@field default? string|number|boolean SQL expression: `now()`, and for a text `'draft'` with its quotes. Numbers and booleans stand for themselves.
---@field identity? "always"|"by default" Numbers the rows by itself.
---@field generated? string SQL expression that the column is computed from and stored.
---@field collation? string Collation, such as `C`.
---@field primary_key? boolean The column alone is the primary key.
---@field unique? boolean The column alone is unique.
---@field check? string SQL condition that the column must meet.
---@field references? string|waxwing.column_reference Referenced table, or a table with its name, column and options.
---@field comment? string Comment on the column.

---@class waxwing.key
---@field name? string Name of the constraint; PostgreSQL chooses one when left out.
---@field columns? string|string[] Column, or list of columns.
---@field include? string|string[] Columns kept in the index without being part of the key.
---@field deferrable? boolean The check can be put off to the end of the transaction.
---@field initially_deferred? boolean The check is put off unless SET CONSTRAINTS says otherwise; makes it deferrable.
---@field using_index? string A unique index that becomes the constraint, in place of columns.

---@class waxwing.unique
---@field name? string Name of the constraint; PostgreSQL chooses one when left out.
---@field columns? string|string[] Column, or list of columns.
---@field include? string|string[] Columns kept in the index without being part of the key.
---@field deferrable? boolean The check can be put off to the end of the transaction.
---@field initially_deferred? boolean The check is put off unless SET CONSTRAINTS says otherwise; makes it deferrable.
---@field using_index? string A unique index that becomes the constraint, in place of columns.
---@field nulls_not_distinct? boolean Two nulls count as equal (PostgreSQL 15).

---@class waxwing.check
---@field name? string Name of the constraint; PostgreSQL chooses one when left out.
---@field expression string SQL condition that each row must meet.
---@field no_inherit? boolean Does not hold for child tables.

---@class waxwing.references
---@field schema? string Schema of the referenced table.
---@field table string Referenced table.
---@field columns? string|string[] Referenced columns; its primary key when left out.

---@class waxwing.foreign_key
---@field name? string Name of the constraint; PostgreSQL chooses one when left out.
---@field columns string|string[] Referencing column, or list of columns.
---@field references string|waxwing.references Referenced table, or a table with its name and columns.
---@field on_delete? "no action"|"restrict"|"cascade"|"set null"|"set default" What happens when the referenced row is deleted.
---@field on_delete_columns? string|string[] With `set null` or `set default`: the columns to set, where not all (PostgreSQL 15).
---@field on_update? "no action"|"restrict"|"cascade"|"set null"|"set default" What happens when the referenced key changes.
---@field match? "simple"|"full" How a key with nulls is matched.
---@field deferrable? boolean The check can be put off to the end of the transaction.
---@field initially_deferred? boolean The check is put off unless SET CONSTRAINTS says otherwise; makes it deferrable.
---@field not_valid? boolean Leaves rows that exist unchecked until op.validate_constraint.

---@class waxwing.exclude_element
---@field name? string Column.
---@field expression? string SQL expression, such as `lower(email)`.
---@field collation? string Collation, such as `C`.
---@field opclass? string Operator class, such as `gin_trgm_ops`.
---@field order? "asc"|"desc" Sort order; asc when left out.
---@field nulls? "first"|"last" Where nulls are sorted to.
---@field with string Operator that no two rows may satisfy, such as `&&` or `=`.

---@class waxwing.exclude
---@field name? string Name of the constraint; PostgreSQL chooses one when left out.
---@field method? string Index method; gist is the usual one.
---@field elements waxwing.exclude_element[] What is compared, and how.
---@field include? string|string[] Columns kept in the index beside the elements.
---@field where? string SQL condition: only these rows exclude each other.
---@field deferrable? boolean The check can be put off to the end of the transaction.
---@field initially_deferred? boolean The check is put off unless SET CONSTRAINTS says otherwise; makes it deferrable.

---@class waxwing.column_change
---@field type? string New SQL type.
---@field using? string SQL expression that makes the new value of the old: `code::integer`.
---@field collation? string Collation of the new type.
---@field not_null? boolean true rejects nulls from now on, false allows them.
---@field default? string|number|boolean|db.null New default, an SQL expression (a text with its quotes); db.null drops it.
---@field identity? "always"|"by default" Numbers new rows by itself; db.null stops that.
---@field generated? string|db.null db.null makes a generated column an ordinary one; its values stay.
---@field comment? string|db.null New comment; db.null removes it.

---@class waxwing.index_column
---@field name? string Column.
---@field expression? string SQL expression, such as `lower(email)`.
---@field collation? string Collation, such as `C`.
---@field opclass? string Operator class, such as `gin_trgm_ops`.
---@field order? "asc"|"desc" Sort order; asc when left out.
---@field nulls? "first"|"last" Where nulls are sorted to.

---@class waxwing.sequence_owner
---@field table string Table.
---@field column string Column.
---@field schema? string Schema of the table.

---@class waxwing.op.create_table
---@field name string Table to create.
---@field schema? string Schema; the first of the search_path that fits when left out.
---@field columns waxwing.column[] Its columns; the same keys as op.add_column.
---@field primary_key? string[]|waxwing.key Primary key of several columns: `{ "a", "b" }`, or a table.
---@field uniques? (string[]|waxwing.unique)[] Unique constraints: each a list of columns, or a table.
---@field checks? string|(string|waxwing.check)[] Check constraints; text alone is the condition.
---@field foreign_keys? waxwing.foreign_key[] Foreign keys; the same keys as op.create_foreign_key.
---@field excludes? waxwing.exclude[] Exclusion constraints.
---@field inherits? string|string[] Parent tables.
---@field partition_by? string How it is partitioned: `range (created_at)`.
---@field tablespace? string Tablespace.
---@field with? table<string, any> Storage parameters: `{ fillfactor = 70 }`.
---@field comment? string Comment on the table.
---@field unlogged? boolean Not written to the write-ahead log: fast, and empty after a crash.
---@field if_not_exists? boolean Does nothing when a relation of this name exists.

---Creates a table.
---```lua
---op.create_table {
---  name = "orders",
---  columns = {
---    { name = "id", type = "bigint", identity = "always", primary_key = true },
---    { name = "customer_id", type = "bigint", references = { table = "customers", on_delete = "cascade" } },
---    { name = "status", type = "text", not_null = true, default = "'draft'" },
---  },
---}
---```
---@param args waxwing.op.create_table
function op.create_table(args) end

---@class waxwing.op.drop_table
---@field name string Table to drop.
---@field schema? string Schema; the first of the search_path that fits when left out.
---@field if_exists? boolean Does nothing when there is no such table.
---@field cascade? boolean Also drops what depends on it: foreign keys of other tables, views.

---Drops a table, and says what PostgreSQL drops along with it.
---```lua
---op.drop_table { name = "books" }
---```
---@param args waxwing.op.drop_table
function op.drop_table(args) end

---@class waxwing.op.rename_table
---@field name string Table to rename.
---@field to string New name.
---@field schema? string Schema; the first of the search_path that fits when left out.
---@field if_exists? boolean Does nothing when there is no such table.

---Renames a table. Its indexes, constraints and sequences keep their names.
---```lua
---op.rename_table { name = "orders", to = "purchases" }
---```
---@param args waxwing.op.rename_table
function op.rename_table(args) end

---@class waxwing.op.add_column
---@field table string Table to alter.
---@field name string Name of the column.
---@field type string SQL type, written as given: `text`, `numeric(12,2)`, `bigint[]`.
---@field not_null? boolean Rejects nulls.
---@field default? string|number|boolean SQL expression: `now()`, and for a text `'draft'` with its quotes. Numbers and booleans stand for themselves.
---@field identity? "always"|"by default" Numbers the rows by itself.
---@field generated? string SQL expression that the column is computed from and stored.
---@field collation? string Collation, such as `C`.
---@field primary_key? boolean The column alone is the primary key.
---@field unique? boolean The column alone is unique.
---@field check? string SQL condition that the column must meet.
---@field references? string|waxwing.column_reference Referenced table, or a table with its name, column and options.
---@field comment? string Comment on the column.
---@field schema? string Schema; the first of the search_path that fits when left out.
---@field if_not_exists? boolean Does nothing when the table has a column of this name.

---Adds a column to a table.
---```lua
---op.add_column { table = "orders", name = "note", type = "text", not_null = true, default = "''" }
---```
---@param args waxwing.op.add_column
function op.add_column(args) end

---@class waxwing.op.alter_column
---@field table string Table to alter.
---@field name string Column to change.
---@field type? string New SQL type.
---@field using? string SQL expression that makes the new value of the old: `code::integer`.
---@field collation? string Collation of the new type.
---@field not_null? boolean true rejects nulls from now on, false allows them.
---@field default? string|number|boolean|db.null New default, an SQL expression (a text with its quotes); db.null drops it.
---@field identity? "always"|"by default" Numbers new rows by itself; db.null stops that.
---@field generated? string|db.null db.null makes a generated column an ordinary one; its values stay.
---@field comment? string|db.null New comment; db.null removes it.
---@field was? waxwing.column_change What the changed keys were before, so that the change can be undone.
---@field schema? string Schema; the first of the search_path that fits when left out.

---Changes the type, nullability, default, identity or comment of a column.
---```lua
---op.alter_column { table = "orders", name = "code", type = "integer", using = "code::integer" }
---```
---@param args waxwing.op.alter_column
function op.alter_column(args) end

---@class waxwing.op.drop_column
---@field table string Table to alter.
---@field name string Column to drop.
---@field schema? string Schema; the first of the search_path that fits when left out.
---@field if_exists? boolean Does nothing when the table has no such column.
---@field cascade? boolean Also drops what depends on it: foreign keys of other tables, views.

---Drops a column, and says what PostgreSQL drops along with it: every constraint and index that mentions the column goes without a word otherwise.
---```lua
---op.drop_column { table = "orders", name = "note" }
---```
---@param args waxwing.op.drop_column
function op.drop_column(args) end

---@class waxwing.op.rename_column
---@field table string Table to alter.
---@field name string Column to rename.
---@field to string New name.
---@field online? boolean Applications may read and write either name until the contract: a second column is kept in step.
---@field schema? string Schema; the first of the search_path that fits when left out.

---Renames a column; everything that uses it follows, except the text of functions. With `online` it has both names until op.contract_column_change.
---```lua
---op.rename_column { table = "orders", name = "note", to = "remark" }
---```
---@param args waxwing.op.rename_column
function op.rename_column(args) end

---@class waxwing.op.change_column_type
---@field table string Table of the column.
---@field column string The column.
---@field to string New SQL type.
---@field using? string SQL expression that makes the new value of the old; a cast when left out.
---@field reverse_using? string The other way, for what is written after the swap; a cast when both are left out.
---@field default? string|number|boolean|db.null Default after; the old one, cast, when left out; db.null for none.
---@field online? boolean In the background, then a swap under one short lock.
---@field schema? string Schema; the first of the search_path that fits when left out.

---Changes the type of a column; with `online` while others read and write the table, with the old column beside it until op.contract_column_change.
---```lua
---op.change_column_type { table = "orders", column = "number", to = "bigint", online = true }
---```
---@param args waxwing.op.change_column_type
function op.change_column_type(args) end

---@class waxwing.op.contract_column_change
---@field table string Table of the column.
---@field column string The column.
---@field schema? string Schema; the first of the search_path that fits when left out.

---Ends an online change of a column: drops the old column, and the triggers that kept both in step.
---```lua
---op.contract_column_change { table = "orders", column = "number" }
---```
---@param args waxwing.op.contract_column_change
function op.contract_column_change(args) end

---@class waxwing.op.abort_column_change
---@field table string Table of the column.
---@field column string The column.
---@field if_exists? boolean No error where no change is under way.
---@field schema? string Schema; the first of the search_path that fits when left out.

---Takes an online change of a column back, with all that was written since: the undo of op.change_column_type and op.rename_column with online = true, before the contract.
---```lua
---op.abort_column_change { table = "orders", column = "number" }
---```
---@param args waxwing.op.abort_column_change
function op.abort_column_change(args) end

---@class waxwing.op.create_index
---@field table string Table to index.
---@field columns string|(string|waxwing.index_column)[] Columns; a table for an expression, an order or an operator class.
---@field name? string Name of the index.
---@field unique? boolean No two rows may have the same key.
---@field method? string Index method: btree, hash, gin, gist, brin ...
---@field include? string|string[] Columns kept in the index without being part of the key.
---@field where? string SQL condition: only these rows are in the index.
---@field nulls_not_distinct? boolean Two nulls count as equal (PostgreSQL 15).
---@field concurrently? boolean Lets writers go on meanwhile; cannot run in a transaction.
---@field with? table<string, any> Storage parameters: `{ fillfactor = 70 }`.
---@field tablespace? string Tablespace.
---@field only? boolean Leaves out the partitions of the table.
---@field comment? string Comment on the index.
---@field schema? string Schema; the first of the search_path that fits when left out.
---@field if_not_exists? boolean Does nothing when a relation of this name exists.

---Creates an index; without a name it is called ix_<table>_<columns>.
---```lua
---op.create_index {
---  table = "orders",
---  columns = { "customer_id", { name = "created_at", order = "desc" } },
---}
---```
---@param args waxwing.op.create_index
function op.create_index(args) end

---@class waxwing.op.drop_index
---@field name? string Index to drop.
---@field table? string With columns: the table of an index named ix_<table>_<columns>.
---@field columns? string|string[] With table: its columns.
---@field schema? string Schema; the first of the search_path that fits when left out.
---@field if_exists? boolean Does nothing when there is no such index.
---@field concurrently? boolean Lets readers and writers go on meanwhile; cannot run in a transaction.
---@field cascade? boolean Also drops what depends on it: foreign keys that need its uniqueness.

---Drops an index, by its name or as the one that op.create_index named after table and columns.
---```lua
---op.drop_index { name = "ix_orders_customer_id" }
---```
---@param args waxwing.op.drop_index
function op.drop_index(args) end

---@class waxwing.op.rename_index
---@field name string Index to rename.
---@field to string New name.
---@field schema? string Schema; the first of the search_path that fits when left out.
---@field if_exists? boolean Does nothing when there is no such index.

---Renames an index; a constraint that it carries gets the name too.
---```lua
---op.rename_index { name = "ix_orders_note", to = "ix_orders_remark" }
---```
---@param args waxwing.op.rename_index
function op.rename_index(args) end

---@class waxwing.op.create_primary_key
---@field table string Table to alter.
---@field name? string Name of the constraint; PostgreSQL chooses one when left out.
---@field columns? string|string[] Column, or list of columns.
---@field include? string|string[] Columns kept in the index without being part of the key.
---@field deferrable? boolean The check can be put off to the end of the transaction.
---@field initially_deferred? boolean The check is put off unless SET CONSTRAINTS says otherwise; makes it deferrable.
---@field using_index? string A unique index that becomes the constraint, in place of columns.
---@field schema? string Schema; the first of the search_path that fits when left out.

---Adds the primary key of a table.
---```lua
---op.create_primary_key { table = "orders", columns = "id", name = "orders_pkey" }
---```
---@param args waxwing.op.create_primary_key
function op.create_primary_key(args) end

---@class waxwing.op.create_unique_constraint
---@field table string Table to alter.
---@field name? string Name of the constraint; PostgreSQL chooses one when left out.
---@field columns? string|string[] Column, or list of columns.
---@field include? string|string[] Columns kept in the index without being part of the key.
---@field deferrable? boolean The check can be put off to the end of the transaction.
---@field initially_deferred? boolean The check is put off unless SET CONSTRAINTS says otherwise; makes it deferrable.
---@field using_index? string A unique index that becomes the constraint, in place of columns.
---@field nulls_not_distinct? boolean Two nulls count as equal (PostgreSQL 15).
---@field schema? string Schema; the first of the search_path that fits when left out.

---Adds a unique constraint.
---```lua
---op.create_unique_constraint {
---  table = "users",
---  columns = { "tenant_id", "email" },
---  name = "uq_users_email",
---}
---```
---@param args waxwing.op.create_unique_constraint
function op.create_unique_constraint(args) end

---@class waxwing.op.create_foreign_key
---@field table string Table that references another.
---@field name? string Name of the constraint; PostgreSQL chooses one when left out.
---@field columns string|string[] Referencing column, or list of columns.
---@field references string|waxwing.references Referenced table, or a table with its name and columns.
---@field on_delete? "no action"|"restrict"|"cascade"|"set null"|"set default" What happens when the referenced row is deleted.
---@field on_delete_columns? string|string[] With `set null` or `set default`: the columns to set, where not all (PostgreSQL 15).
---@field on_update? "no action"|"restrict"|"cascade"|"set null"|"set default" What happens when the referenced key changes.
---@field match? "simple"|"full" How a key with nulls is matched.
---@field deferrable? boolean The check can be put off to the end of the transaction.
---@field initially_deferred? boolean The check is put off unless SET CONSTRAINTS says otherwise; makes it deferrable.
---@field not_valid? boolean Leaves rows that exist unchecked until op.validate_constraint.
---@field schema? string Schema; the first of the search_path that fits when left out.

---Adds a foreign key.
---```lua
---op.create_foreign_key {
---  table = "orders",
---  columns = "customer_id",
---  references = "customers",
---  on_delete = "cascade",
---}
---```
---@param args waxwing.op.create_foreign_key
function op.create_foreign_key(args) end

---@class waxwing.op.create_check_constraint
---@field table string Table to alter.
---@field name? string Name of the constraint; PostgreSQL chooses one when left out.
---@field expression string SQL condition that each row must meet.
---@field no_inherit? boolean Does not hold for child tables.
---@field not_valid? boolean Leaves rows that exist unchecked until op.validate_constraint.
---@field schema? string Schema; the first of the search_path that fits when left out.

---Adds a check constraint.
---```lua
---op.create_check_constraint { table = "orders", name = "ck_orders_total", expression = "total >= 0" }
---```
---@param args waxwing.op.create_check_constraint
function op.create_check_constraint(args) end

---@class waxwing.op.create_exclude_constraint
---@field table string Table to alter.
---@field name? string Name of the constraint; PostgreSQL chooses one when left out.
---@field method? string Index method; gist is the usual one.
---@field elements waxwing.exclude_element[] What is compared, and how.
---@field include? string|string[] Columns kept in the index beside the elements.
---@field where? string SQL condition: only these rows exclude each other.
---@field deferrable? boolean The check can be put off to the end of the transaction.
---@field initially_deferred? boolean The check is put off unless SET CONSTRAINTS says otherwise; makes it deferrable.
---@field schema? string Schema; the first of the search_path that fits when left out.

---Adds an exclusion constraint: no two rows may overlap, say.
---```lua
---op.create_exclude_constraint {
---  table = "bookings",
---  name = "ex_bookings_during",
---  method = "gist",
---  elements = { { name = "during", with = "&&" } },
---}
---```
---@param args waxwing.op.create_exclude_constraint
function op.create_exclude_constraint(args) end

---@class waxwing.op.drop_constraint
---@field table string Table to alter.
---@field name string Constraint to drop.
---@field schema? string Schema; the first of the search_path that fits when left out.
---@field if_exists? boolean Does nothing when there is no such constraint.
---@field cascade? boolean Also drops what depends on it: foreign keys that need the key.

---Drops a constraint of any kind by its name; a wrong name is answered with the list of names.
---```lua
---op.drop_constraint { table = "orders", name = "ck_orders_total" }
---```
---@param args waxwing.op.drop_constraint
function op.drop_constraint(args) end

---@class waxwing.op.drop_foreign_key
---@field table string Table that references another.
---@field columns? string|string[] The referencing columns.
---@field references? string The referenced table, where several foreign keys have these columns.
---@field name? string The constraint, in place of columns.
---@field schema? string Schema; the first of the search_path that fits when left out.
---@field if_exists? boolean Does nothing when there is no such foreign key.

---Drops a foreign key by its name, or by its columns: then the name is looked up, not guessed.
---```lua
---op.drop_foreign_key { table = "assignments", columns = "book_id" }
---```
---@param args waxwing.op.drop_foreign_key
function op.drop_foreign_key(args) end

---@class waxwing.op.validate_constraint
---@field table string Table to check.
---@field name string Constraint to validate.
---@field schema? string Schema; the first of the search_path that fits when left out.

---Checks the rows that a constraint with not_valid left unchecked; writers go on meanwhile.
---```lua
---op.validate_constraint { table = "orders", name = "fk_orders_customer" }
---```
---@param args waxwing.op.validate_constraint
function op.validate_constraint(args) end

---@class waxwing.op.rename_constraint
---@field table string Table to alter.
---@field name string Constraint to rename.
---@field to string New name.
---@field schema? string Schema; the first of the search_path that fits when left out.

---Renames a constraint, and the index that carries it.
---```lua
---op.rename_constraint { table = "orders", name = "orders_check", to = "ck_orders_total" }
---```
---@param args waxwing.op.rename_constraint
function op.rename_constraint(args) end

---@class waxwing.op.retype_primary_key
---@field table string Table whose key changes.
---@field to string New type: uuid, bigint ...
---@field using? string SQL expression over a row of the key's table that makes its new key, or for one table and offline a Lua function of the row; left out, a random UUID, or the number itself where an integer becomes wider.
---@field default? string|number|boolean|db.null Default of the key after, where it had a sequence: gen_random_uuid() for uuid when left out; db.null for none.
---@field references? string|string[] Columns that hold the key without a foreign key: `journals.user_id`; `journals.user_id -> users.id` where several keys change.
---@field keep_mapping? boolean Keep old and new keys in <table>_id_map (true); the way back needs it.
---@field mapping_schema? string Schema of that table; the key's own when left out.
---@field strategy? "offline"|"online" offline: one transaction that nobody else reads or writes beside; online: while others read and write, until op.contract_primary_key.
---@field column? string The key, where the primary key has several columns.
---@field schema? string Schema; the first of the search_path that fits when left out.

---Gives a primary key another type, with every column that refers to it, in one pass over each table; indexes, foreign keys, views, triggers, policies and privileges are as before.
---```lua
---op.retype_primary_key { table = "users", to = "uuid" }
---```
---@param args waxwing.op.retype_primary_key
function op.retype_primary_key(args) end

---@class waxwing.op.retype_all_primary_keys
---@field to string New type: uuid, bigint ...
---@field using? string SQL expression over a row of the key's table that makes its new key, or for one table and offline a Lua function of the row; left out, a random UUID, or the number itself where an integer becomes wider.
---@field default? string|number|boolean|db.null Default of the key after, where it had a sequence: gen_random_uuid() for uuid when left out; db.null for none.
---@field references? string|string[] Columns that hold the key without a foreign key: `journals.user_id`; `journals.user_id -> users.id` where several keys change.
---@field keep_mapping? boolean Keep old and new keys in <table>_id_map (true); the way back needs it.
---@field mapping_schema? string Schema of that table; the key's own when left out.
---@field strategy? "offline"|"online" offline: one transaction that nobody else reads or writes beside; online: while others read and write, until op.contract_primary_key.
---@field except? string|string[] Tables whose keys stay.
---@field schema? string Schema; the first of the search_path that fits when left out.

---Gives all integer primary keys of a schema another type, with every column that refers to them; offline each table is rewritten once, online they change places together. `schema.retype_all_primary_keys` is the same.
---```lua
---op.retype_all_primary_keys { to = "uuid", except = "countries" }
---```
---@param args waxwing.op.retype_all_primary_keys
function op.retype_all_primary_keys(args) end

---@class waxwing.op.restore_primary_key
---@field table string Table whose key goes back.
---@field mapping_schema? string Schema of <table>_id_map; the table's own when left out.
---@field column? string The key, where the primary key has several columns.
---@field schema? string Schema; the first of the search_path that fits when left out.

---Gives a primary key and what refers to it the values and the type that op.retype_primary_key took from them. Rows that came since get the next numbers of the sequence.
---```lua
---op.restore_primary_key { table = "users" }
---```
---@param args waxwing.op.restore_primary_key
function op.restore_primary_key(args) end

---@class waxwing.op.restore_all_primary_keys
---@field mapping_schema? string Schema of the mapping tables; that of the keys when left out.
---@field except? string|string[] Tables whose keys stay.
---@field schema? string Schema; the first of the search_path that fits when left out.

---Undoes op.retype_all_primary_keys by the mapping tables that it left. `schema.restore_all_primary_keys` is the same.
---```lua
---op.restore_all_primary_keys { schema = "app" }
---```
---@param args waxwing.op.restore_all_primary_keys
function op.restore_all_primary_keys(args) end

---@class waxwing.op.contract_primary_key
---@field table string Table whose key was changed.
---@field column? string The key, where the primary key has several columns.
---@field schema? string Schema; the first of the search_path that fits when left out.

---Ends op.retype_primary_key { strategy = "online" }: drops the old columns of the key and of all that refers to it, and the triggers that kept both in step.
---```lua
---op.contract_primary_key { table = "users" }
---```
---@param args waxwing.op.contract_primary_key
function op.contract_primary_key(args) end

---@class waxwing.op.abort_primary_key
---@field table string Table whose key goes back.
---@field column? string The key, where the primary key has several columns.
---@field if_exists? boolean No error where no change is under way.
---@field schema? string Schema; the first of the search_path that fits when left out.

---Takes op.retype_primary_key { strategy = "online" } back, before or after its swap and before its contract, with all that was written since.
---```lua
---op.abort_primary_key { table = "users" }
---```
---@param args waxwing.op.abort_primary_key
function op.abort_primary_key(args) end

---@class waxwing.op.contract_all_primary_keys
---@field schema? string Schema; the first of the search_path that fits when left out.

---Ends every online change of primary keys in a schema, as op.contract_primary_key does for one.
---```lua
---op.contract_all_primary_keys { schema = "app" }
---```
---@param args waxwing.op.contract_all_primary_keys
function op.contract_all_primary_keys(args) end

---@class waxwing.op.abort_all_primary_keys
---@field if_exists? boolean No error where no change is under way.
---@field schema? string Schema; the first of the search_path that fits when left out.

---Takes op.retype_all_primary_keys { strategy = "online" } back, before or after its swap and before its contract, with all that was written since.
---```lua
---op.abort_all_primary_keys { schema = "app" }
---```
---@param args waxwing.op.abort_all_primary_keys
function op.abort_all_primary_keys(args) end

---@class waxwing.op.create_sequence
---@field name string Sequence to create.
---@field type? "smallint"|"integer"|"bigint" Type of its values; bigint when left out.
---@field start? integer First value.
---@field increment? integer Step; negative counts down.
---@field min_value? integer|db.null Lowest value; db.null for the type's own limit.
---@field max_value? integer|db.null Highest value; db.null for the type's own limit.
---@field cache? integer Values that a session takes at once.
---@field cycle? boolean Starts again at the end.
---@field owned_by? waxwing.sequence_owner|db.null Column that it is dropped with; db.null for none.
---@field schema? string Schema; the first of the search_path that fits when left out.
---@field if_not_exists? boolean Does nothing when there is a relation of this name.

---Creates a sequence.
---```lua
---op.create_sequence { name = "invoice_number", start = 1000 }
---```
---@param args waxwing.op.create_sequence
function op.create_sequence(args) end

---@class waxwing.op.alter_sequence
---@field name string Sequence to change.
---@field type? "smallint"|"integer"|"bigint" Type of its values; bigint when left out.
---@field start? integer First value.
---@field increment? integer Step; negative counts down.
---@field min_value? integer|db.null Lowest value; db.null for the type's own limit.
---@field max_value? integer|db.null Highest value; db.null for the type's own limit.
---@field cache? integer Values that a session takes at once.
---@field cycle? boolean Starts again at the end.
---@field owned_by? waxwing.sequence_owner|db.null Column that it is dropped with; db.null for none.
---@field restart? integer The next value.
---@field schema? string Schema; the first of the search_path that fits when left out.
---@field if_exists? boolean Does nothing when there is no such sequence.

---Changes a sequence.
---```lua
---op.alter_sequence { name = "invoice_number", restart = 5000 }
---```
---@param args waxwing.op.alter_sequence
function op.alter_sequence(args) end

---@class waxwing.op.drop_sequence
---@field name string Sequence to drop.
---@field schema? string Schema; the first of the search_path that fits when left out.
---@field if_exists? boolean Does nothing when there is no such sequence.
---@field cascade? boolean Also drops what depends on it, and says what that is.

---Drops a sequence.
---```lua
---op.drop_sequence { name = "invoice_number" }
---```
---@param args waxwing.op.drop_sequence
function op.drop_sequence(args) end

---@class waxwing.op.create_enum
---@field name string Type to create.
---@field values string|string[] Its values, in their order.
---@field schema? string Schema; the first of the search_path that fits when left out.
---@field comment? string Comment on the type.

---Creates an enum type.
---```lua
---op.create_enum { name = "order_status", values = { "draft", "paid", "sent" } }
---```
---@param args waxwing.op.create_enum
function op.create_enum(args) end

---@class waxwing.op.add_enum_value
---@field name string Enum type.
---@field value string Value to add; last when neither before nor after is given.
---@field before? string Value that it comes before.
---@field after? string Value that it comes after.
---@field schema? string Schema; the first of the search_path that fits when left out.
---@field if_not_exists? boolean Does nothing when there is a value of this name.

---Adds a value to an enum type. PostgreSQL cannot take it away again, and it can be used only after the transaction.
---```lua
---op.add_enum_value { name = "order_status", value = "returned", after = "sent" }
---```
---@param args waxwing.op.add_enum_value
function op.add_enum_value(args) end

---@class waxwing.op.rename_enum_value
---@field name string Enum type.
---@field value string Value to rename.
---@field to string New text of the value.
---@field schema? string Schema; the first of the search_path that fits when left out.

---Renames a value of an enum type; rows that hold it follow.
---```lua
---op.rename_enum_value { name = "order_status", value = "sent", to = "shipped" }
---```
---@param args waxwing.op.rename_enum_value
function op.rename_enum_value(args) end

---@class waxwing.op.drop_enum
---@field name string Enum to drop.
---@field schema? string Schema; the first of the search_path that fits when left out.
---@field if_exists? boolean Does nothing when there is no such enum.
---@field cascade? boolean Also drops what depends on it, and says what that is.

---Drops an enum type.
---```lua
---op.drop_enum { name = "order_status" }
---```
---@param args waxwing.op.drop_enum
function op.drop_enum(args) end

---@class waxwing.op.create_domain
---@field name string Domain to create.
---@field type string SQL type underneath.
---@field not_null? boolean Rejects nulls.
---@field default? string|number|boolean SQL expression; a text with its quotes.
---@field collation? string Collation.
---@field checks? string|(string|waxwing.check)[] Conditions on VALUE; text alone is the condition.
---@field schema? string Schema; the first of the search_path that fits when left out.
---@field comment? string Comment on the domain.

---Creates a domain: a type with conditions.
---```lua
---op.create_domain { name = "email", type = "text", checks = { "VALUE ~ '@'" } }
---```
---@param args waxwing.op.create_domain
function op.create_domain(args) end

---@class waxwing.op.alter_domain
---@field name string Domain to change.
---@field default? string|number|boolean|db.null New default, an SQL expression; db.null drops it.
---@field not_null? boolean true rejects nulls from now on, false allows them.
---@field add_check? string|waxwing.check Condition to add.
---@field not_valid? boolean With add_check: leaves values that exist unchecked.
---@field drop_constraint? string Condition to drop, by its name.
---@field validate_constraint? string Condition to check on values that exist, by its name.
---@field schema? string Schema; the first of the search_path that fits when left out.

---Changes the default, nullability or conditions of a domain.
---```lua
---op.alter_domain { name = "email", not_null = true }
---```
---@param args waxwing.op.alter_domain
function op.alter_domain(args) end

---@class waxwing.op.drop_domain
---@field name string Domain to drop.
---@field schema? string Schema; the first of the search_path that fits when left out.
---@field if_exists? boolean Does nothing when there is no such domain.
---@field cascade? boolean Also drops what depends on it, and says what that is.

---Drops a domain.
---```lua
---op.drop_domain { name = "email" }
---```
---@param args waxwing.op.drop_domain
function op.drop_domain(args) end

---@class waxwing.op.create_schema
---@field name string Schema to create.
---@field owner? string Role that owns it.
---@field if_not_exists? boolean Does nothing when there is a schema of this name.

---Creates a schema.
---```lua
---op.create_schema { name = "billing" }
---```
---@param args waxwing.op.create_schema
function op.create_schema(args) end

---@class waxwing.op.drop_schema
---@field name string Schema to drop.
---@field if_exists? boolean Does nothing when there is no such schema.
---@field cascade? boolean Also drops what depends on it, and says what that is.

---Drops a schema; with cascade everything in it.
---```lua
---op.drop_schema { name = "billing" }
---```
---@param args waxwing.op.drop_schema
function op.drop_schema(args) end

---@class waxwing.op.rename_schema
---@field name string Schema to rename.
---@field to string New name.

---Renames a schema.
---```lua
---op.rename_schema { name = "billing", to = "invoicing" }
---```
---@param args waxwing.op.rename_schema
function op.rename_schema(args) end

---@class waxwing.op.create_extension
---@field name string Extension.
---@field schema? string Schema for its objects.
---@field version? string Version; the newest when left out.
---@field if_not_exists? boolean Does nothing when there is an extension of this name.
---@field cascade? boolean Also installs the extensions that it needs.

---Installs an extension in the database.
---```lua
---op.create_extension { name = "pg_trgm", if_not_exists = true }
---```
---@param args waxwing.op.create_extension
function op.create_extension(args) end

---@class waxwing.op.alter_extension
---@field name string Extension.
---@field version? string Version; the newest when left out.

---Updates an extension.
---```lua
---op.alter_extension { name = "pg_trgm" }
---```
---@param args waxwing.op.alter_extension
function op.alter_extension(args) end

---@class waxwing.op.drop_extension
---@field name string Extension to drop.
---@field if_exists? boolean Does nothing when there is no such extension.
---@field cascade? boolean Also drops what depends on it, and says what that is.

---Removes an extension and its objects.
---```lua
---op.drop_extension { name = "pg_trgm" }
---```
---@param args waxwing.op.drop_extension
function op.drop_extension(args) end

---@class waxwing.op.create_view
---@field name string View to create.
---@field sql string Its query.
---@field columns? string|string[] Names of its columns; those of the query when left out.
---@field or_replace? boolean Replaces a view of this name that has the same columns.
---@field recursive? boolean The query may name the view; needs columns.
---@field with? table<string, any> Options: `{ security_barrier = true, security_invoker = true }`.
---@field check_option? "local"|"cascaded" Rows written through the view must be visible in it.
---@field schema? string Schema; the first of the search_path that fits when left out.
---@field comment? string Comment on the view.

---Creates a view.
---```lua
---op.create_view { name = "open_orders", sql = "select * from orders where not sent" }
---```
---@param args waxwing.op.create_view
function op.create_view(args) end

---@class waxwing.op.drop_view
---@field name string View to drop.
---@field schema? string Schema; the first of the search_path that fits when left out.
---@field if_exists? boolean Does nothing when there is no such view.
---@field cascade? boolean Also drops what depends on it, and says what that is.

---Drops a view.
---```lua
---op.drop_view { name = "open_orders" }
---```
---@param args waxwing.op.drop_view
function op.drop_view(args) end

---@class waxwing.op.create_materialized_view
---@field name string View to create.
---@field sql string Its query.
---@field columns? string|string[] Names of its columns; those of the query when left out.
---@field with_data? boolean Fills it now; true when left out.
---@field with? table<string, any> Storage parameters: `{ fillfactor = 70 }`.
---@field tablespace? string Tablespace.
---@field schema? string Schema; the first of the search_path that fits when left out.
---@field if_not_exists? boolean Does nothing when there is a relation of this name.
---@field comment? string Comment on the view.

---Creates a materialized view and fills it.
---```lua
---op.create_materialized_view {
---  name = "daily_sales",
---  sql = "select day, sum(total) from orders group by day",
---}
---```
---@param args waxwing.op.create_materialized_view
function op.create_materialized_view(args) end

---@class waxwing.op.drop_materialized_view
---@field name string Materialized view to drop.
---@field schema? string Schema; the first of the search_path that fits when left out.
---@field if_exists? boolean Does nothing when there is no such materialized view.
---@field cascade? boolean Also drops what depends on it, and says what that is.

---Drops a materialized view.
---```lua
---op.drop_materialized_view { name = "daily_sales" }
---```
---@param args waxwing.op.drop_materialized_view
function op.drop_materialized_view(args) end

---@class waxwing.op.refresh_materialized_view
---@field name string View to refresh.
---@field concurrently? boolean Lets readers go on meanwhile; needs a unique index.
---@field with_data? boolean false empties it; true when left out.
---@field schema? string Schema; the first of the search_path that fits when left out.

---Fills a materialized view anew.
---```lua
---op.refresh_materialized_view { name = "daily_sales" }
---```
---@param args waxwing.op.refresh_materialized_view
function op.refresh_materialized_view(args) end

---@class waxwing.op.create_function
---@field sql string The whole `create [or replace] function ...` or `create procedure ...`.
---@field name? string Its name, so that the creation can be undone.
---@field arguments? string|string[] With name: its argument types.
---@field schema? string With name: its schema.

---Creates a function or procedure from its SQL text.
---```lua
---op.create_function {
---  name = "double",
---  arguments = { "integer" },
---  sql = [[
---create function double(integer) returns integer language sql immutable as $$ select $1 * 2 $$]],
---}
---```
---@param args waxwing.op.create_function
function op.create_function(args) end

---@class waxwing.op.drop_function
---@field name string Function to drop.
---@field arguments? string|string[] Argument types; needed where several have this name. `{}` for none.
---@field schema? string Schema; the first of the search_path that fits when left out.
---@field if_exists? boolean Does nothing when there is no such function.
---@field cascade? boolean Also drops what depends on it, and says what that is.

---Drops a function.
---```lua
---op.drop_function { name = "double", arguments = { "integer" } }
---```
---@param args waxwing.op.drop_function
function op.drop_function(args) end

---@class waxwing.op.drop_procedure
---@field name string Procedure to drop.
---@field arguments? string|string[] Argument types; needed where several have this name. `{}` for none.
---@field schema? string Schema; the first of the search_path that fits when left out.
---@field if_exists? boolean Does nothing when there is no such procedure.
---@field cascade? boolean Also drops what depends on it, and says what that is.

---Drops a procedure.
---```lua
---op.drop_procedure { name = "archive", arguments = { "integer" } }
---```
---@param args waxwing.op.drop_procedure
function op.drop_procedure(args) end

---@class waxwing.op.create_trigger
---@field table string Table or view that it watches.
---@field name string Trigger to create.
---@field timing "before"|"after"|"instead of" When it fires.
---@field events "insert"|"update"|"delete"|"truncate"|("insert"|"update"|"delete"|"truncate")[] What it fires on.
---@field update_of? string|string[] Fires on an update of these columns only.
---@field for_each? "row"|"statement" Once per row or once per statement; statement when left out.
---@field when? string SQL condition with OLD and NEW.
---@field execute string Function to call.
---@field execute_schema? string Schema of the function.
---@field arguments? string|string[] Texts that the function gets as TG_ARGV.
---@field old_table? string Name for the rows before, in the function.
---@field new_table? string Name for the rows after, in the function.
---@field constraint? boolean A constraint trigger: it can be deferred.
---@field deferrable? boolean With constraint: can be put off to the end of the transaction.
---@field initially_deferred? boolean With constraint: is put off.
---@field or_replace? boolean Replaces a trigger of this name.
---@field schema? string Schema; the first of the search_path that fits when left out.

---Creates a trigger.
---```lua
---op.create_trigger {
---  table = "orders",
---  name = "audit",
---  timing = "after",
---  events = { "insert", "update" },
---  for_each = "row",
---  execute = "write_audit",
---}
---```
---@param args waxwing.op.create_trigger
function op.create_trigger(args) end

---@class waxwing.op.drop_trigger
---@field table string Table or view that it watches.
---@field name string Trigger to drop.
---@field schema? string Schema; the first of the search_path that fits when left out.
---@field if_exists? boolean Does nothing when there is no such trigger.
---@field cascade? boolean Also drops what depends on it.

---Drops a trigger.
---```lua
---op.drop_trigger { table = "orders", name = "audit" }
---```
---@param args waxwing.op.drop_trigger
function op.drop_trigger(args) end

---@class waxwing.op.enable_trigger
---@field table string Table that it watches.
---@field name string Trigger; `all` and `user` are PostgreSQL's words for all of them and all but the internal ones.
---@field mode? "always"|"replica" Fire also, or only, in a session that replicates.
---@field schema? string Schema; the first of the search_path that fits when left out.

---Lets a trigger fire again.
---```lua
---op.enable_trigger { table = "orders", name = "audit" }
---```
---@param args waxwing.op.enable_trigger
function op.enable_trigger(args) end

---@class waxwing.op.disable_trigger
---@field table string Table that it watches.
---@field name string Trigger; `all` and `user` are PostgreSQL's words for all of them and all but the internal ones.
---@field schema? string Schema; the first of the search_path that fits when left out.

---Keeps a trigger from firing.
---```lua
---op.disable_trigger { table = "orders", name = "audit" }
---```
---@param args waxwing.op.disable_trigger
function op.disable_trigger(args) end

---@class waxwing.op.create_policy
---@field table string Table that it guards.
---@field name string Policy to create.
---@field restrictive? boolean Rows must pass it in addition to the others, in place of passing any one.
---@field command? "all"|"select"|"insert"|"update"|"delete" Command that it is for; all when left out.
---@field roles? string|string[] Roles that it is for; everybody when left out.
---@field using? string SQL condition on rows that are read or changed.
---@field check? string SQL condition on rows that are written.
---@field schema? string Schema; the first of the search_path that fits when left out.

---Creates a row security policy; op.enable_row_security puts it in force.
---```lua
---op.create_policy { table = "orders", name = "own_orders", using = "owner = current_user" }
---```
---@param args waxwing.op.create_policy
function op.create_policy(args) end

---@class waxwing.op.alter_policy
---@field table string Table that it guards.
---@field name string Policy to change.
---@field roles? string|string[] Roles that it is for.
---@field using? string SQL condition on rows that are read or changed.
---@field check? string SQL condition on rows that are written.
---@field schema? string Schema; the first of the search_path that fits when left out.

---Changes the roles or conditions of a row security policy.
---```lua
---op.alter_policy { table = "orders", name = "own_orders", roles = "app" }
---```
---@param args waxwing.op.alter_policy
function op.alter_policy(args) end

---@class waxwing.op.drop_policy
---@field table string Table that it guards.
---@field name string Policy to drop.
---@field schema? string Schema; the first of the search_path that fits when left out.
---@field if_exists? boolean Does nothing when there is no such policy.

---Drops a row security policy.
---```lua
---op.drop_policy { table = "orders", name = "own_orders" }
---```
---@param args waxwing.op.drop_policy
function op.drop_policy(args) end

---@class waxwing.op.enable_row_security
---@field table string Table.
---@field schema? string Schema; the first of the search_path that fits when left out.

---Puts the row security policies of a table in force; without a policy nobody but the owner sees a row.
---```lua
---op.enable_row_security { table = "orders" }
---```
---@param args waxwing.op.enable_row_security
function op.enable_row_security(args) end

---@class waxwing.op.disable_row_security
---@field table string Table.
---@field schema? string Schema; the first of the search_path that fits when left out.

---Takes the row security policies of a table out of force.
---```lua
---op.disable_row_security { table = "orders" }
---```
---@param args waxwing.op.disable_row_security
function op.disable_row_security(args) end

---@class waxwing.op.force_row_security
---@field table string Table.
---@field forced? boolean false frees the owner from them again; true when left out.
---@field schema? string Schema; the first of the search_path that fits when left out.

---Holds the owner of a table to its row security policies as well.
---```lua
---op.force_row_security { table = "orders" }
---```
---@param args waxwing.op.force_row_security
function op.force_row_security(args) end

---@class waxwing.op.grant
---@field privileges "all"|"select"|"insert"|"update"|"delete"|"truncate"|"references"|"trigger"|"usage"|"create"|"connect"|"temporary"|"execute"|"maintain"|"set"|("all"|"select"|"insert"|"update"|"delete"|"truncate"|"references"|"trigger"|"usage"|"create"|"connect"|"temporary"|"execute"|"maintain"|"set")[] What is allowed.
---@field on? "table"|"sequence"|"function"|"procedure"|"schema"|"type"|"domain"|"database"|"language"|"foreign server"|"foreign data wrapper"|"all tables"|"all sequences"|"all functions"|"all procedures" Kind of object; table (which views are too) when left out.
---@field name? string|string[] Object, or list of objects; not with `all ...`, which are those of a schema.
---@field columns? string|string[] With a table: these columns only.
---@field arguments? string|string[] With a function: its argument types.
---@field schema? string Schema of the objects.
---@field to string|string[] Role, or list of roles; `public` is everybody.
---@field grant_option? boolean They may pass it on.

---Gives privileges to roles.
---```lua
---op.grant { privileges = { "select", "insert" }, name = "orders", to = "app" }
---```
---@param args waxwing.op.grant
function op.grant(args) end

---@class waxwing.op.revoke
---@field privileges "all"|"select"|"insert"|"update"|"delete"|"truncate"|"references"|"trigger"|"usage"|"create"|"connect"|"temporary"|"execute"|"maintain"|"set"|("all"|"select"|"insert"|"update"|"delete"|"truncate"|"references"|"trigger"|"usage"|"create"|"connect"|"temporary"|"execute"|"maintain"|"set")[] What is allowed.
---@field on? "table"|"sequence"|"function"|"procedure"|"schema"|"type"|"domain"|"database"|"language"|"foreign server"|"foreign data wrapper"|"all tables"|"all sequences"|"all functions"|"all procedures" Kind of object; table (which views are too) when left out.
---@field name? string|string[] Object, or list of objects; not with `all ...`, which are those of a schema.
---@field columns? string|string[] With a table: these columns only.
---@field arguments? string|string[] With a function: its argument types.
---@field schema? string Schema of the objects.
---@field from string|string[] Role, or list of roles; `public` is everybody.
---@field grant_option? boolean Takes only the right to pass it on.
---@field cascade? boolean Also takes it from those it was passed on to.

---Takes privileges from roles.
---```lua
---op.revoke { privileges = "all", name = "orders", from = "public" }
---```
---@param args waxwing.op.revoke
function op.revoke(args) end

---@class waxwing.op.comment
---@field on "table"|"column"|"index"|"constraint"|"view"|"materialized view"|"sequence"|"function"|"procedure"|"aggregate"|"trigger"|"policy"|"rule"|"type"|"domain"|"schema"|"extension"|"collation"|"statistics"|"foreign table"|"server"|"publication"|"event trigger"|"language"|"role"|"database" Kind of object.
---@field name string Object.
---@field text string|db.null The comment; db.null removes it.
---@field table? string Table of a column, constraint, trigger, policy or rule.
---@field arguments? string|string[] With a function: its argument types.
---@field schema? string Schema; the first of the search_path that fits when left out.

---Sets the comment of an object of any kind.
---```lua
---op.comment { on = "column", table = "orders", name = "note", text = "What the customer wrote." }
---```
---@param args waxwing.op.comment
function op.comment(args) end

---@class waxwing.op.bulk_insert
---@field table string Table to fill.
---@field rows any[] Rows: tables by column, or lists with columns. A key left out takes the default, db.null is NULL.
---@field columns? string|string[] Columns and their order, for rows that are lists.
---@field on_conflict? "nothing" `nothing` leaves out rows that a unique key refuses.
---@field overriding? "system"|"user" `system` gives values to an identity column that is always generated; `user` ignores them.
---@field schema? string Schema; the first of the search_path that fits when left out.

---Inserts rows, many in one statement. Values are sent as parameters.
---```lua
---op.bulk_insert { table = "colours", rows = { { id = 1, name = "red" }, { id = 2, name = "blue" } } }
---```
---@param args waxwing.op.bulk_insert
function op.bulk_insert(args) end

---@class waxwing.op.backfill
---@field table string Table to change.
---@field set string What to change, as UPDATE says it: `total = price * quantity`.
---@field where? string SQL condition of the rows that are meant; false for a row as soon as `set` is done.
---@field key? string|string[] Columns of a unique key without NULLs to go by; the primary key when left out.
---@field batch_rows? integer Rows of the first batch, 1000 when left out.
---@field target_ms? integer How long a batch should take, 200 when left out; 0 keeps the number of rows as it is.
---@field pause_ms? integer Pause between two batches.
---@field max_lag_s? integer Wait while a standby is more than this many seconds behind.
---@field schema? string Schema; the first of the search_path that fits when left out.

---Changes rows in batches that commit by themselves, and goes on behind the last one after an interruption.
---```lua
---op.backfill {
---  table = "orders",
---  set = "total = price * quantity",
---  where = "total is null",
---  key = { "id" },
---}
---```
---@param args waxwing.op.backfill
function op.backfill(args) end

---@class waxwing.op.execute
---@field sql string The SQL.
---@field params? any[] Values for $1, $2 ...; lists become arrays, tables JSON, db.null NULL.

---Runs SQL; one statement where it has parameters, any number otherwise.
---```lua
---op.execute { sql = "update orders set status = $1 where status is null", params = { "draft" } }
---```
---@param args waxwing.op.execute
function op.execute(args) end

---@class waxwing.op.execute_file
---@field path string The file, relative to the project's folder.

---Runs the statements of an SQL file.
---```lua
---op.execute_file { path = "sql/colours.sql" }
---```
---@param args waxwing.op.execute_file
function op.execute_file(args) end

---@class waxwing.op.analyze
---@field table string Table, materialized view or partitioned table.
---@field columns? string|string[] Column, or list of columns; all when left out.
---@field schema? string Schema; the first of the search_path that fits when left out.

---Counts anew what the planner knows of a table. op.alter_column does so for a column whose type it changes, since PostgreSQL forgets what it knew.
---```lua
---op.analyze { table = "orders", columns = { "customer_id" } }
---```
---@param args waxwing.op.analyze
function op.analyze(args) end

---@class waxwing.op.reindex
---@field table? string Table whose indexes are built anew.
---@field index? string One index, in place of a table.
---@field concurrently? boolean Lets writers go on meanwhile; runs outside of a transaction.
---@field schema? string Schema of the table or index; found by the search_path when left out.

---Builds an index, or all of a table, anew.
---```lua
---op.reindex { table = "orders", concurrently = true }
---```
---@param args waxwing.op.reindex
function op.reindex(args) end
