---@meta
-- What scripts see besides op, schema and check.

---A statement's placeholders are $1, $2 ...; nil and db.null are NULL.
db = {}

---NULL, where nil cannot stand (inside a list).
db.null = nil

---Runs a statement; returns the number of rows it affected.
---@param sql string
---@param ... any
---@return number
function db.execute(sql, ...) end

---The one value of a query; nil when there is no row or the value is NULL. An error for several rows or columns.
---@param sql string
---@param ... any
---@return any
function db.value(sql, ...) end

---The one row of a query by column name; nil when there is none. An error for several rows.
---@param sql string
---@param ... any
---@return table<string, any>?
function db.row(sql, ...) end

---All rows of a query.
---@param sql string
---@param ... any
---@return table<string, any>[]
function db.rows(sql, ...) end

---Iterates over the rows: `for row in db.query("select ...") do`.
---@param sql string
---@param ... any
---@return fun(): table<string, any>?
function db.query(sql, ...) end

---A row while its turn lasts: columns by name, read and, in db.transform, assigned. `row:copy()` is a table that may be
---kept.
---@class waxwing.row
---@field [string] any
---@field copy fun(self: waxwing.row): table<string, any>

---Iterates over a query of any size in little memory. Each row can be used until the next one comes. Only in a
---transaction.
---@param sql string
---@param ... any
---@return fun(): waxwing.row?
function db.stream(sql, ...) end

---@class db.transform
---@field table string
---@field schema? string
---@field columns? string[] those that the function sees, besides the key; all of them without it
---@field where? string SQL over the table, which is called t
---@field mode? "update" | "rebuild" change rows by their key, or fill the table anew; "update" without it
---@field [1] fun(row: waxwing.row): "delete"?

---Calls the function with each row: what it assigns is written back, and "delete" removes the row.
---@param arguments db.transform
---@return { read: number, changed: number, deleted: number }
function db.transform(arguments) end

---Inserts rows by COPY: lists in the order of the columns, tables by name, or rows of db.stream; from a list, or from a
---function that returns nil after the last. Returns how many there were.
---@param table string
---@param columns string[]
---@param rows table[] | fun(): table?
---@return number
function db.copy_in(table, columns, rows) end

---@class db.import_csv
---@field file string in the project; needs the capability "files"
---@field table string
---@field schema? string
---@field columns? string[] in the file's order; without it the header names them
---@field header? boolean true without it
---@field delimiter? string
---@field null? string
---@field quote? string
---@field escape? string
---@field encoding? string

---Inserts the rows of a CSV file; returns how many.
---@param arguments db.import_csv
---@return number
function db.import_csv(arguments) end

---@class db.export_csv
---@field file string in the project; needs the capability "files"
---@field sql? string a query, or
---@field table? string
---@field schema? string
---@field columns? string[] of the table
---@field header? boolean true without it
---@field delimiter? string
---@field null? string
---@field quote? string
---@field escape? string
---@field encoding? string

---Writes a query's rows to a CSV file, which appears when it is whole; returns how many.
---@param arguments db.export_csv
---@return number
function db.export_csv(arguments) end

---Like PostgreSQL's format(): %I a name, %L a value, %s text as it is, %%.
---@param pattern string
---@param ... any
---@return string
function db.format(pattern, ...) end

---Runs a function under a savepoint. An error undoes what it did and is returned: `local ok, err = db.savepoint(f)`.
---@param f fun(): ...
---@return boolean ok
---@return any ...
function db.savepoint(f) end

---Commits what came before, then runs a function in which each statement commits by itself.
---@param f fun()
function db.autocommit(f) end

---@class waxwing.batches
---@field table string
---@field [1] fun(rows: table<string, any>[]) Is given the rows of each batch; what it writes commits with the checkpoint.
---@field columns? string|string[] Columns of the rows; all when left out.
---@field where? string SQL condition of the rows that are meant.
---@field key? string|string[] Columns of a unique key without NULLs to go by; the primary key when left out.
---@field size? integer Rows of the first batch, 1000 when left out.
---@field lock? boolean Lock the rows, true when left out.
---@field target_ms? integer How long a batch should take, 200 when left out; 0 keeps the size as it is.
---@field pause_ms? integer Pause between two batches.
---@field max_lag_s? integer Wait while a standby is more than this many seconds behind.
---@field throttle? fun(): number|boolean? Asked before each batch: milliseconds to wait before it is asked again, true for a second; nil, false or 0 to go on.
---@field schema? string

---Goes through a table in batches that commit by themselves, and goes on behind the last one after an interruption.
---Returns how many rows were given to the function, and how many match `where` at the end.
---@param batches waxwing.batches
---@return integer rows
---@return integer left
function db.batches(batches) end

log = {}
---@param ... any
function log.info(...) end
---@param ... any
function log.warn(...) end
---Shown with --verbose.
---@param ... any
function log.debug(...) end

util = {}
---Is it a UUID as programs write it: 8-4-4-4-12 hexadecimal digits of either case? A value that is no text is none.
---@param text any
---@return boolean
function util.is_uuid(text) end

json = {}
json.null = db.null
---@param value any
---@return string
function json.encode(value) end
---@param text string
---@return any
function json.decode(text) end

---@class waxwing.env
---@field x table<string, string> What `-x KEY=VALUE` gave.
---@overload fun(name: string, fallback?: any): any
env = {}

---@class waxwing.header
---@field revision string Id of the revision.
---@field revises? string|string[] Id of the parent; several for a merge; nil for the first.
---@field depends_on? string|string[] Revisions that must be applied before.
---@field labels? string|string[] Names of the branch that starts here.
---@field message? string What it does; the first `---` line otherwise.
---@field transaction? "none" For statements that cannot run in a transaction.
---@field title? string
---@field story? string
---@field author? string
---@field date? string
---@field description? string
---@field tickets? string|string[]
---@field breaking? boolean|string What breaks; printed as a critical warning before it runs.
---@field downtime? boolean|string That the service must be stopped; printed likewise.
---@field backup_required? boolean|string Refuse to run without a proved backup; printed likewise.
---@field [string] any Metadata of your own, which `waxwing show` prints.

---@class waxwing.guide What reports tell the people around a migration; docs/guide/report.md.
---@field before? string
---@field after? string
---@field samples? table<string, string> Queries by table; three rows of each are shown.
---@field success_criteria? (string | { text: string, sql?: string })[]
---@field next_steps? (string | { title: string, priority?: string, items?: string[] })[]
---@field snippets? { title: string, old?: string, new?: string }[]
---@field files? table<string, string[]>
---@field monitoring? string[]
---@field contacts? string[]
---@field conclusion? string
---@field schema_version? string The version that the schema has afterwards, such as "1.0.0".

---@class waxwing.migration
---@field preflight? waxwing.check_value[] Run before anything changes, read-only.
---@field upgrade? fun()
---@field verify? waxwing.check_value[] Run after the change, in its transaction.
---@field downgrade? fun()|waxwing.irreversible
---@field guide? waxwing.guide Printed by `waxwing report`.

---@class waxwing.irreversible

---@param header waxwing.header
---@return waxwing.migration
function migration(header) end

---@param reason string
---@return waxwing.irreversible
function irreversible(reason) end

---@class waxwing.fix_parameter
---@field [1]? string What it is.
---@field type? string Any type of PostgreSQL; text by default.
---@field required? boolean
---@field default? string|number|boolean
---@field secret? boolean Masked in the ledger.

---@class waxwing.fix_header docs/guide/data-fixes.md
---@field name string
---@field reason string
---@field ticket? string
---@field touches string[] The tables that it changes.
---@field params? table<string, waxwing.fix_parameter>
---@field expect_rows? integer | { min?: integer, max?: integer }
---@field needs_revision? string
---@field identify_by? table<string, string[]> Columns that are unique together, for tables without a primary key.

---@class waxwing.fix
---@field preflight? waxwing.check_value[]
---@field run fun(params: table<string, any>)
---@field verify? waxwing.check_value[]

---@param header waxwing.fix_header
---@return waxwing.fix
function fix(header) end

---@class waxwing.script_option
---@field [1]? string What it is.
---@field type? string Any type of PostgreSQL; text without one. A boolean is a flag.
---@field required? boolean
---@field default? string|number|boolean
---@field secret? boolean Masked wherever it would be printed.

---@class waxwing.script_header
---@field name? string
---@field about? string
---@field options? table<string, waxwing.script_option|string>
---@field needs_revision? string Refused where it is not applied.
---@field write? boolean Without it, and without --write, the script only reads.

---@class waxwing.script
---@field run fun(options: table<string, any>, words: string[]): any

---In a file for `waxwing run`.
---@param header waxwing.script_header
---@return waxwing.script
function script(header) end
