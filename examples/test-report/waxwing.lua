-- The migrations of the book service, on a PostgreSQL of this folder's own.
return {
  migrations = "../../migrations",
  url = "private",
}
