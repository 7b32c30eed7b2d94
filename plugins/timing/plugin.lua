--- Writes one JSON line for every statement of a run: when, where, how long, how many rows.
return plugin {
  name = "timing",
  version = "1.0.0",
  api = 1,
  summary = "Writes the time and rows of every statement to a file of JSON lines.",
  needs = { "files" },
  options = {
    file = { type = "string", default = "logs/timing.jsonl", doc = "File to append to, relative to the project." },
    slower_than_ms = { type = "number", default = 0, doc = "Leave out statements that took less, in milliseconds." },
  },
  hooks = {
    on_after_statement = function(statement)
      if statement.milliseconds < options.slower_than_ms then return end
      files.append(options.file, json.encode(statement) .. "\n")
    end,
  },
}
