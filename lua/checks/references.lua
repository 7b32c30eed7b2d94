-- No orphans: what a column points at is there.
return {
  name = "references",
  summary = "Passes when every reference leads somewhere: of one column list, or with all = true of every foreign key of the database.",
  fields = {
    { name = "table", type = "string", doc = "Table that refers." },
    { name = "columns", type = "string[]", doc = "Columns that refer." },
    { name = "ref_table", type = "string", doc = "Table referred to." },
    { name = "ref_columns", type = "string[]", doc = "Columns referred to; id by default." },
    { name = "schema", type = "string", doc = "Schema of both tables; found by search_path otherwise." },
    { name = "ref_schema", type = "string", doc = "Schema of the table referred to, if it is another." },
    { name = "not_null", type = "boolean", doc = "Count rows without a reference as orphans too." },
    { name = "all", type = "boolean", doc = "Check every foreign key of the database, valid or not, in place of one." },
  },
  doing = "Checking references of {table} ({columns})",
  ok = "All references are valid",
  failed = "Found {count} rows with an invalid reference.",
  run = function(self, tools)
    local function orphans(relation, columns, target, ref_columns, not_null)
      local joined, present = {}, {}
      for i, column in ipairs(columns) do
        joined[i] = db.format("r.%I = c.%I", ref_columns[i], column)
        present[i] = db.format("c.%I is not null", column)
      end
      -- A row with a NULL leads nowhere, but is no orphan. (An OR here would keep the server from joining.)
      if not_null then present = {} end
      present[#present + 1] = ("not exists (select from %s r where %s)"):format(target, table.concat(joined, " and "))
      return ("select c.* from %s c where %s"):format(relation, table.concat(present, " and "))
    end
    if self.all then
      local total, lines = 0, {}
      local keys = db.rows([[
        select conname, conrelid::regclass::text as relation, confrelid::regclass::text as target,
               array(select a.attname::text from unnest(conkey) with ordinality k(n, i) join pg_catalog.pg_attribute a on a.attrelid = conrelid and a.attnum = k.n order by i) as columns,
               array(select a.attname::text from unnest(confkey) with ordinality k(n, i) join pg_catalog.pg_attribute a on a.attrelid = confrelid and a.attnum = k.n order by i) as ref_columns
        from pg_catalog.pg_constraint where contype = 'f' and conparentid = '0' order by 2, 1]])
      for _, key in ipairs(keys) do
        local count = tools.sample(orphans(key.relation, key.columns, key.target, key.ref_columns))
        total = total + count
        if count > 0 then lines[#lines + 1] = ("%s.%s: %d"):format(key.relation, key.conname, count) end
      end
      return { passed = total == 0, values = { count = total }, lines = lines }
    end
    for _, key in ipairs { "table", "columns", "ref_table" } do
      if not self[key] then tools.fail(('check.references: missing key "%s"'):format(key)) end
    end
    local relation = tools.relation(self)
    local target = tools.relation { schema = self.ref_schema or self.schema, table = self.ref_table }
    local sql = orphans(relation, self.columns, target, self.ref_columns or { "id" }, self.not_null)
    return tools.no_rows(self, sql, { table = self.table, ref_table = self.ref_table })
  end,
}
