---@meta
-- Questions to the catalogue. Without a schema the search_path decides.
schema = {}

---Is there such a schema?
---@param name string
---@return boolean
function schema.has_schema(name) end

---Is there such a table (partitioned and foreign ones included)?
---@param name string
---@param schema_name? string
---@return boolean
function schema.has_table(name, schema_name) end

---Is there such a view or materialized view?
---@param name string
---@param schema_name? string
---@return boolean
function schema.has_view(name, schema_name) end

---Does the table have this column?
---@param table string
---@param name string
---@param schema_name? string
---@return boolean
function schema.has_column(table, name, schema_name) end

---Is there such an index?
---@param name string
---@param schema_name? string
---@return boolean
function schema.has_index(name, schema_name) end

---Does the table have this constraint?
---@param table string
---@param name string
---@param schema_name? string
---@return boolean
function schema.has_constraint(table, name, schema_name) end

---Is there such a type?
---@param name string
---@param schema_name? string
---@return boolean
function schema.has_type(name, schema_name) end

---Is the extension installed in this database?
---@param name string
---@return boolean
function schema.has_extension(name) end

---The version the server could install; nil when it has none.
---@param name string
---@return string?
function schema.available_extension(name) end

---The server's version as a number: 150018 for 15.18.
---@return integer
function schema.server_version() end

---Names of the tables of a schema (the first of the search_path by default).
---@param schema_name? string
---@return string[]
function schema.tables(schema_name) end

---name, type, not_null, default, identity, generated, comment of each column, in order.
---@param name string
---@param schema_name? string
---@return table[]
function schema.columns(name, schema_name) end

---name, unique, primary, valid, columns, definition of each index.
---@param name string
---@param schema_name? string
---@return table[]
function schema.indexes(name, schema_name) end

---name, kind, columns, validated, definition of each constraint.
---@param name string
---@param schema_name? string
---@return table[]
function schema.constraints(name, schema_name) end

---name, columns, ref_table, ref_columns of each foreign key of the table.
---@param name string
---@param schema_name? string
---@return table[]
function schema.foreign_keys(name, schema_name) end

---The values of an enum type, in order.
---@param name string
---@param schema_name? string
---@return string[]
function schema.enum_values(name, schema_name) end

---Gives all integer primary keys of a schema another type, with every column that refers to them.
---The same as op.retype_all_primary_keys.
---@param args waxwing.op.retype_all_primary_keys
function schema.retype_all_primary_keys(args) end

---Undoes schema.retype_all_primary_keys by the mapping tables that it left. The same as op.restore_all_primary_keys.
---@param args waxwing.op.restore_all_primary_keys
function schema.restore_all_primary_keys(args) end

---Ends every online change of primary keys in a schema. The same as op.contract_all_primary_keys.
---@param args waxwing.op.contract_all_primary_keys
function schema.contract_all_primary_keys(args) end

---Takes schema.retype_all_primary_keys { strategy = "online" } back. The same as op.abort_all_primary_keys.
---@param args waxwing.op.abort_all_primary_keys
function schema.abort_all_primary_keys(args) end

---The column's type as SQL writes it; nil when there is no such column.
---@param table string
---@param name string
---@param schema_name? string
---@return string?
function schema.column_type(table, name, schema_name) end

---@class waxwing.schema_past Tables and columns as they were; the functions of `schema` that it has.
---@field has_schema fun(name: string): boolean
---@field has_table fun(name: string, schema_name?: string): boolean
---@field has_view fun(name: string, schema_name?: string): boolean
---@field has_column fun(table: string, name: string, schema_name?: string): boolean
---@field column_type fun(table: string, name: string, schema_name?: string): string?
---@field columns fun(name: string, schema_name?: string): table[]
---@field tables fun(schema_name?: string): string[]

---What a run that ended at this revision has left; docs/guide/scripts-and-console.md.
---@param revision string
---@return waxwing.schema_past
function schema.at(revision) end
