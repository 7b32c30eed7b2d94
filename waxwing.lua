-- The sample project: the book service, told as a history. `./dev demo` runs it on a PostgreSQL of its own.
return {
  migrations = "migrations",
  url = "private",
}
