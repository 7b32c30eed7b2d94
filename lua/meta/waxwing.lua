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

log = {}
---@param ... any
function log.info(...) end
---@param ... any
function log.warn(...) end
---Shown with --verbose.
---@param ... any
function log.debug(...) end

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
