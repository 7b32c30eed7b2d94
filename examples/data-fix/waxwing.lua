-- An example of its own: with no --url it uses a PostgreSQL that waxwing starts for this folder.
return {
  migrations = "migrations",
  url = "private",
}
