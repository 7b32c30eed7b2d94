-- An extension is installed, or at least can be.
local packages = { vector = "pgvector", postgis = "postgis-3" } -- where the package has another name than the extension

return {
  name = "extension",
  summary = "Passes when an extension is installed in the database (or, with available = true, could be).",
  fields = {
    { name = "name", type = "string", required = true, doc = "Extension that is needed." },
    { name = "available", type = "boolean", doc = "It is enough that the server could install it." },
  },
  doing = "Checking extension {name}",
  ok = "Extension {name} is there",
  failed = "Extension {name} is {problem}.",
  run = function(self)
    if schema.has_extension(self.name) then return { passed = true, values = { name = self.name } } end
    local available = schema.available_extension(self.name)
    if available and self.available then return { passed = true, values = { name = self.name } } end
    local major = math.floor(schema.server_version() / 10000)
    local advice = available and ('op.create_extension { name = "%s" }'):format(self.name)
      or ("install its package on the server: apt install postgresql-%d-%s"):format(major, packages[self.name] or self.name)
    return { passed = false, values = { name = self.name, problem = available and "not installed" or "not on the server" }, advice = advice }
  end,
}
