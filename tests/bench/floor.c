/* The least a client can do, in C on libpq: what `./dev bench` compares waxwing with.
   floor connect URL            connects and selects once
   floor read URL DIR           the same, and reads every file of a folder
   floor upgrade URL DIR        sends each file's SQL in a transaction of its own, with a version row in it */
#include <dirent.h>
#include <fcntl.h>
#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void run(PGconn* connection, const char* sql) {
  PGresult* result = PQexec(connection, sql);
  ExecStatusType status = PQresultStatus(result);
  if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) {
    fprintf(stderr, "%s", PQerrorMessage(connection));
    exit(1);
  }
  PQclear(result);
}

static char buffer[1 << 20];

static size_t read_whole(int folder, const char* name) {
  int file = openat(folder, name, O_RDONLY);
  ssize_t size = file < 0 ? -1 : read(file, buffer, sizeof buffer - 1);
  if (size < 0) exit(1);
  buffer[size] = '\0';
  close(file);
  return (size_t)size;
}

int main(int count, char** words) {
  if (count < 3) return 2;
  PGconn* connection = PQconnectdb(words[2]);
  if (PQstatus(connection) != CONNECTION_OK) {
    fprintf(stderr, "%s", PQerrorMessage(connection));
    return 1;
  }
  if (strcmp(words[1], "upgrade") != 0) run(connection, "select 1");
  if (strcmp(words[1], "upgrade") == 0) run(connection, "create table if not exists version (id text primary key)");
  if (count > 3) {
    struct dirent** names;
    int folder = open(words[3], O_RDONLY | O_DIRECTORY);
    int found = scandir(words[3], &names, NULL, alphasort);
    for (int i = 0; i < found; ++i) {
      if (names[i]->d_name[0] == '.') continue;
      read_whole(folder, names[i]->d_name);
      if (strcmp(words[1], "upgrade") != 0) continue;
      char row[512];
      char* down = strstr(buffer, "-- waxwing: down");
      if (down) *down = '\0';
      run(connection, "begin");
      run(connection, buffer);
      snprintf(row, sizeof row, "insert into version values ('%s')", names[i]->d_name);
      run(connection, row);
      run(connection, "commit");
    }
  }
  PQfinish(connection);
  return 0;
}
