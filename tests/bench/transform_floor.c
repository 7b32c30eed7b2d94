/* What db.transform does in mode "rebuild", in C on libpq and nothing more: what transform.sh compares it with.
   transform_floor spool URL     COPY out, three columns changed, a temporary file, TRUNCATE, COPY in; one connection
   transform_floor pipe URL      COPY out of one connection into a new table on another, swapped in by names: what is
                                 fastest, but blind for what the migration itself has changed, and all that hangs on
                                 the table is left behind
   transform_floor peak COMMAND  runs it and prints the most memory that it had, in KiB */
#include <ctype.h>
#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static void run(PGconn* connection, const char* sql, ExecStatusType expected) {
  PGresult* result = PQexec(connection, sql);
  if (PQresultStatus(result) != expected) {
    fprintf(stderr, "%s: %s", sql, PQerrorMessage(connection));
    exit(1);
  }
  PQclear(result);
}

static void end(PGconn* connection) {
  PGresult* result;
  while ((result = PQgetResult(connection))) {
    if (PQresultStatus(result) != PGRES_COMMAND_OK) {
      fprintf(stderr, "%s", PQerrorMessage(connection));
      exit(1);
    }
    PQclear(result);
  }
}

static PGconn* connect_to(const char* url) {
  PGconn* connection = PQconnectdb(url);
  if (PQstatus(connection) != CONNECTION_OK) {
    fprintf(stderr, "%s", PQerrorMessage(connection));
    exit(1);
  }
  return connection;
}

/* id, name, email, amount, created, active, note, code: name in capitals, email in small letters, note "row <id>".
   The bench's values need no escapes. */
static size_t change(char* line, int size, char* out) {
  char* field[8];
  int length[8], count = 0;
  char *at = line, *stop = line + size - 1;
  while (count < 8) {
    char* tab = memchr(at, '\t', (size_t)(stop - at));
    if (!tab) tab = stop;
    field[count] = at;
    length[count++] = (int)(tab - at);
    at = tab + 1;
  }
  char* to = out;
  for (int i = 0; i < 8; ++i) {
    if (i > 0) *to++ = '\t';
    if (i == 6) {
      memcpy(to, "row ", 4);
      memcpy(to + 4, field[0], (size_t)length[0]);
      to += 4 + length[0];
    } else if (i == 1 || i == 2) {
      for (int k = 0; k < length[i]; ++k) *to++ = (char)(i == 1 ? toupper(field[i][k]) : tolower(field[i][k]));
    } else {
      memcpy(to, field[i], (size_t)length[i]);
      to += length[i];
    }
  }
  *to++ = '\n';
  return (size_t)(to - out);
}

static char buffer[256 << 10];

static void spool(const char* url) {
  PGconn* connection = connect_to(url);
  FILE* file = tmpfile();
  char *line, out[4096];
  int size;
  size_t count;
  run(connection, "begin", PGRES_COMMAND_OK);
  run(connection, "lock table accounts in share row exclusive mode", PGRES_COMMAND_OK);
  run(connection, "copy (select * from accounts) to stdout", PGRES_COPY_OUT);
  while ((size = PQgetCopyData(connection, &line, 0)) > 0) {
    fwrite(out, 1, change(line, size, out), file);
    PQfreemem(line);
  }
  end(connection);
  run(connection, "truncate accounts", PGRES_COMMAND_OK);
  run(connection, "copy accounts from stdin with (freeze)", PGRES_COPY_IN);
  rewind(file);
  while ((count = fread(buffer, 1, sizeof buffer, file)) > 0) PQputCopyData(connection, buffer, (int)count);
  PQputCopyEnd(connection, NULL);
  end(connection);
  run(connection, "commit", PGRES_COMMAND_OK);
  PQfinish(connection);
}

static void pipe_over(const char* url) {
  PGconn *from = connect_to(url), *to = connect_to(url);
  char* line;
  int size;
  size_t used = 0;
  run(to, "begin", PGRES_COMMAND_OK);
  run(to, "create table accounts_new (like accounts including all)", PGRES_COMMAND_OK);
  run(to, "copy accounts_new from stdin with (freeze)", PGRES_COPY_IN);
  run(from, "copy (select * from accounts) to stdout", PGRES_COPY_OUT);
  while ((size = PQgetCopyData(from, &line, 0)) > 0) {
    used += change(line, size, buffer + used);
    PQfreemem(line);
    if (used > sizeof buffer - 8192) {
      PQputCopyData(to, buffer, (int)used);
      used = 0;
    }
  }
  end(from);
  PQputCopyData(to, buffer, (int)used);
  PQputCopyEnd(to, NULL);
  end(to);
  run(to, "alter table accounts rename to accounts_old; alter table accounts_new rename to accounts; drop table "
          "accounts_old; commit",
      PGRES_COMMAND_OK);
  PQfinish(from);
  PQfinish(to);
}

static void peak(char** command) {
  struct rusage usage;
  int status = 0;
  pid_t child = fork();
  if (child == 0) {
    execvp(command[0], command);
    _exit(127);
  }
  wait4(child, &status, 0, &usage);
  printf("%ld\n", usage.ru_maxrss);
  exit(WIFEXITED(status) ? WEXITSTATUS(status) : 1);
}

int main(int count, char** words) {
  if (count < 3) return 2;
  if (strcmp(words[1], "peak") == 0) peak(words + 2);
  if (strcmp(words[1], "spool") == 0) spool(words[2]);
  if (strcmp(words[1], "pipe") == 0) pipe_over(words[2]);
  return 0;
}
