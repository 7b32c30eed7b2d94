---@meta
-- Checks for m.preflight and m.verify.

---@class waxwing.check_value A check, as m.preflight and m.verify list them.

check = {}

---@class waxwing.check_castable
---@field table string Table to look at.
---@field column string Column whose values will be cast.
---@field type string smallint, integer, bigint, numeric, uuid, boolean or date.
---@field schema? string Schema of the table; found by search_path otherwise.
---@field doing? string What is being checked, for the [k/N] line.
---@field ok? string Said when it holds.
---@field failed? string Said when it does not; {count} and the check's own values are filled in.
---@field advice? string What to do when it fails.

---Passes when every value of a column can be cast to a type; for integers the range counts too.
---@param given waxwing.check_castable
---@return waxwing.check_value
function check.castable(given) end

---@class waxwing.check_column
---@field table string Table to look at.
---@field name string Column that must be there.
---@field type? string Its type, as format_type() writes it or any alias (int4, varchar).
---@field not_null? boolean Whether it must, or must not, be NOT NULL.
---@field default? string Its default, as PostgreSQL prints it.
---@field schema? string Schema of the table; found by search_path otherwise.
---@field doing? string What is being checked, for the [k/N] line.
---@field ok? string Said when it holds.
---@field failed? string Said when it does not; {count} and the check's own values are filled in.
---@field advice? string What to do when it fails.

---Passes when a table has a column, of this type and nullability where they are given.
---@param given waxwing.check_column
---@return waxwing.check_value
function check.column(given) end

---@class waxwing.check_constraint
---@field table string Table it is on.
---@field name string Constraint that must be there.
---@field kind? string primary key, unique, foreign key, check or exclude.
---@field not_valid? boolean Accept one that is not validated yet.
---@field schema? string Schema of the table; found by search_path otherwise.
---@field doing? string What is being checked, for the [k/N] line.
---@field ok? string Said when it holds.
---@field failed? string Said when it does not; {count} and the check's own values are filled in.
---@field advice? string What to do when it fails.

---Passes when a table has a constraint, of this kind where it is given, and validated.
---@param given waxwing.check_constraint
---@return waxwing.check_value
function check.constraint(given) end

---@class waxwing.check_extension
---@field name string Extension that is needed.
---@field available? boolean It is enough that the server could install it.
---@field doing? string What is being checked, for the [k/N] line.
---@field ok? string Said when it holds.
---@field failed? string Said when it does not; {count} and the check's own values are filled in.
---@field advice? string What to do when it fails.

---Passes when an extension is installed in the database (or, with available = true, could be).
---@param given waxwing.check_extension
---@return waxwing.check_value
function check.extension(given) end

---@class waxwing.check_index
---@field table string Table it is on.
---@field name string Index that must be there.
---@field unique? boolean Whether it must, or must not, be unique.
---@field schema? string Schema of the table; found by search_path otherwise.
---@field doing? string What is being checked, for the [k/N] line.
---@field ok? string Said when it holds.
---@field failed? string Said when it does not; {count} and the check's own values are filled in.
---@field advice? string What to do when it fails.

---Passes when an index exists, is valid, and is unique where that is asked.
---@param given waxwing.check_index
---@return waxwing.check_value
function check.index(given) end

---@class waxwing.check_no_rows
---@field sql string Query for offending rows.
---@field doing? string What is being checked, for the [k/N] line.
---@field ok? string Said when it holds.
---@field failed? string Said when it does not; {count} and the check's own values are filled in.
---@field advice? string What to do when it fails.

---Passes when a query finds no rows; the rows it finds are the trouble.
---@param given waxwing.check_no_rows
---@return waxwing.check_value
function check.no_rows(given) end

---@class waxwing.check_no_table
---@field name string Table that must not be there.
---@field schema? string Its schema; found by search_path otherwise.
---@field doing? string What is being checked, for the [k/N] line.
---@field ok? string Said when it holds.
---@field failed? string Said when it does not; {count} and the check's own values are filled in.
---@field advice? string What to do when it fails.

---Passes when there is no such table.
---@param given waxwing.check_no_table
---@return waxwing.check_value
function check.no_table(given) end

---@class waxwing.check_not_null
---@field table string Table to look at.
---@field column string Column that must be filled.
---@field schema? string Schema of the table; found by search_path otherwise.
---@field doing? string What is being checked, for the [k/N] line.
---@field ok? string Said when it holds.
---@field failed? string Said when it does not; {count} and the check's own values are filled in.
---@field advice? string What to do when it fails.

---Passes when a column holds no NULL.
---@param given waxwing.check_not_null
---@return waxwing.check_value
function check.not_null(given) end

---@class waxwing.check_references
---@field table? string Table that refers.
---@field columns? string|string[] Columns that refer.
---@field ref_table? string Table referred to.
---@field ref_columns? string|string[] Columns referred to; id by default.
---@field schema? string Schema of both tables; found by search_path otherwise.
---@field ref_schema? string Schema of the table referred to, if it is another.
---@field not_null? boolean Count rows without a reference as orphans too.
---@field all? boolean Check every foreign key of the database, valid or not, in place of one.
---@field doing? string What is being checked, for the [k/N] line.
---@field ok? string Said when it holds.
---@field failed? string Said when it does not; {count} and the check's own values are filled in.
---@field advice? string What to do when it fails.

---Passes when every reference leads somewhere: of one column list, or with all = true of every foreign key of the database.
---@param given waxwing.check_references
---@return waxwing.check_value
function check.references(given) end

---@class waxwing.check_rows
---@field sql string Query whose rows are counted.
---@field min? integer Fewest rows allowed; 1 by default.
---@field max? integer Most rows allowed.
---@field doing? string What is being checked, for the [k/N] line.
---@field ok? string Said when it holds.
---@field failed? string Said when it does not; {count} and the check's own values are filled in.
---@field advice? string What to do when it fails.

---Passes when a query finds rows: at least one, or between min and max.
---@param given waxwing.check_rows
---@return waxwing.check_value
function check.rows(given) end

---@class waxwing.check_server_version
---@field min integer Oldest major version that will do, such as 15.
---@field doing? string What is being checked, for the [k/N] line.
---@field ok? string Said when it holds.
---@field failed? string Said when it does not; {count} and the check's own values are filled in.
---@field advice? string What to do when it fails.

---Passes when the server has at least this major version.
---@param given waxwing.check_server_version
---@return waxwing.check_value
function check.server_version(given) end

---@class waxwing.check_statistics
---@field intro? string Line above the counts.
---@field doing? string What is being checked, for the [k/N] line.
---@field ok? string Said when it holds.
---@field failed? string Said when it does not; {count} and the check's own values are filled in.
---@field advice? string What to do when it fails.
---@field [integer] string[] A line with {count}, and the query that counts.

---Counts what a migration will affect and says so; it never fails. Entries are { "{count} books", "select count(*) from books" }.
---@param given waxwing.check_statistics
---@return waxwing.check_value
function check.statistics(given) end

---@class waxwing.check_table
---@field name string Table that must be there.
---@field schema? string Its schema; found by search_path otherwise.
---@field doing? string What is being checked, for the [k/N] line.
---@field ok? string Said when it holds.
---@field failed? string Said when it does not; {count} and the check's own values are filled in.
---@field advice? string What to do when it fails.

---Passes when a table exists.
---@param given waxwing.check_table
---@return waxwing.check_value
function check.table(given) end

---@class waxwing.check_that
---@field test fun(): boolean, string?, string[]? Function that decides; it may use db and schema.
---@field doing? string What is being checked, for the [k/N] line.
---@field ok? string Said when it holds.
---@field failed? string Said when it does not; {count} and the check's own values are filled in.
---@field advice? string What to do when it fails.

---Passes when a Lua function returns true; it may return false and a message, or false, a message and a list of lines.
---@param given waxwing.check_that
---@return waxwing.check_value
function check.that(given) end

---@class waxwing.check_unique
---@field table string Table to look at.
---@field columns string|string[] Columns that must be unique together.
---@field schema? string Schema of the table; found by search_path otherwise.
---@field where? string Only rows for which this SQL condition holds.
---@field id? string Column that tells the rows of a group apart; id where the table has it.
---@field nulls_not_distinct? boolean Count NULLs as equal.
---@field doing? string What is being checked, for the [k/N] line.
---@field ok? string Said when it holds.
---@field failed? string Said when it does not; {count} and the check's own values are filled in.
---@field advice? string What to do when it fails.

---Passes when no two rows share the values of some columns; shows duplicate groups with their ids.
---@param given waxwing.check_unique
---@return waxwing.check_value
function check.unique(given) end

---@class waxwing.check_value
---@field sql string Query that gives one value.
---@field equals any The value it must give; numbers and text are compared as text.
---@field doing? string What is being checked, for the [k/N] line.
---@field ok? string Said when it holds.
---@field failed? string Said when it does not; {count} and the check's own values are filled in.
---@field advice? string What to do when it fails.

---Passes when a query's one value equals the expected one.
---@param given waxwing.check_value
---@return waxwing.check_value
function check.value(given) end
