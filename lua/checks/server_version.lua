-- The server is new enough.
return {
  name = "server_version",
  summary = "Passes when the server has at least this major version.",
  fields = { { name = "min", type = "integer", required = true, doc = "Oldest major version that will do, such as 15." } },
  doing = "Checking the server's version",
  ok = "PostgreSQL {version} is new enough",
  failed = "PostgreSQL {version} is too old, {min} is needed.",
  run = function(self)
    local version = math.floor(schema.server_version() / 10000)
    return { passed = version >= self.min, values = { version = version, min = self.min } }
  end,
}
