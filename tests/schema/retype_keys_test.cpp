// Keys of every kind of graph get another type, and nothing else in the catalogue is another afterwards.
#include <fmt/format.h>

#include <algorithm>
#include <regex>

#include "base/error.hpp"
#include "operations/operation.hpp"
#include "schema/difference.hpp"
#include "support/catch.hpp"
#include "support/database.hpp"
#include "support/snapshots.hpp"

using tests::lines;

namespace {

struct Collected : operations::Notes {
  std::vector<std::string> texts;
  void note(std::string text) override { texts.push_back(std::move(text)); }
};

std::vector<std::string> run(postgres::Session& session, const char* operation, const base::Map& arguments) {
  Collected notes;
  operations::find_operation(operation)->read(arguments)->run(session, notes);
  return notes.texts;
}

std::string answer(postgres::Session& session, const std::string& sql) {
  const postgres::Result rows = session.query(sql);
  std::string text;
  for (std::size_t i = 0; i < rows.rows(); ++i) {
    for (std::size_t k = 0; k < rows.columns(); ++k) text += (k ? "|" : "") + rows.text(i, k);
    text += "\n";
  }
  return text;
}

/// There and back: the schema after is that before, but for the lines `expected`; after the way back it is that before,
/// and each of `questions` is answered alike three times.
void check_round_trip(postgres::Session& session, const base::Map& arguments, const std::vector<std::string>& questions,
                      std::vector<std::string> expected) {
  const schema::Snapshot before = schema::read_snapshot(session, "waxwing");
  REQUIRE(before.facts().size() > 1);
  std::vector<std::string> answers;
  for (const std::string& each : questions) answers.push_back(answer(session, each));
  session.query("BEGIN");
  run(session, "retype_all_primary_keys", arguments);
  session.query("COMMIT");
  std::vector<std::string> found = lines(schema::compare(before, schema::read_snapshot(session, "waxwing")));
  // The mapping is new, and is looked at elsewhere.
  found.erase(std::remove_if(found.begin(), found.end(),
                             [](const std::string& each) { return each.find("_id_map") != std::string::npos; }),
              found.end());
  std::sort(expected.begin(), expected.end());
  CHECK(found == expected);
  for (std::size_t i = 0; i < questions.size(); ++i) CHECK(answer(session, questions[i]) == answers[i]);
  session.query("BEGIN");
  run(session, "restore_all_primary_keys", {});
  session.query("COMMIT");
  CHECK(lines(schema::compare(before, schema::read_snapshot(session, "waxwing"))) == std::vector<std::string>{});
  for (std::size_t i = 0; i < questions.size(); ++i) CHECK(answer(session, questions[i]) == answers[i]);
}

const base::Map to_uuid = {{"to", "uuid"}};

}  // namespace

TEST_CASE("everything that stands on integer keys is as before when they are UUIDs", "[schema][retype]") {
  const auto database = tests::connect(tests::fresh_database());
  database->query(R"(
    CREATE TABLE users (id serial PRIMARY KEY, email text NOT NULL UNIQUE, manager_id integer REFERENCES users ON DELETE SET NULL,
      CONSTRAINT not_own_manager CHECK (manager_id <> id));
    COMMENT ON COLUMN users.id IS 'who';
    COMMENT ON CONSTRAINT users_pkey ON users IS 'the key';
    CREATE TABLE tags (id bigint GENERATED ALWAYS AS IDENTITY (START WITH 100 INCREMENT BY 5) PRIMARY KEY, name text,
      owner_id integer NOT NULL CONSTRAINT tag_owner REFERENCES users ON UPDATE CASCADE ON DELETE RESTRICT DEFERRABLE INITIALLY DEFERRED);
    COMMENT ON CONSTRAINT tag_owner ON tags IS 'who made it';
    COMMENT ON SEQUENCE tags_id_seq IS 'numbers of tags';
    GRANT USAGE ON SEQUENCE tags_id_seq TO PUBLIC;
    CREATE TABLE user_tags (note text, user_id integer REFERENCES users ON DELETE CASCADE, tag_id bigint REFERENCES tags,
      PRIMARY KEY (user_id, tag_id)) WITH (fillfactor = 80);
    CREATE TABLE tag_uses (id smallserial PRIMARY KEY, user_id integer, tag_id bigint,
      FOREIGN KEY (user_id, tag_id) REFERENCES user_tags (user_id, tag_id) MATCH FULL ON DELETE CASCADE);
    CREATE TABLE profiles (bio text, user_id integer PRIMARY KEY REFERENCES users, since date DEFAULT now());
    CREATE INDEX ON profiles (since) INCLUDE (user_id);
    CREATE INDEX by_user ON tag_uses USING btree (user_id DESC NULLS LAST) WHERE user_id IS NOT NULL;
    COMMENT ON INDEX by_user IS 'of one user';
    CREATE INDEX hashed ON tag_uses USING hash (tag_id);
    CREATE EXTENSION btree_gist;
    CREATE TABLE shifts (id serial PRIMARY KEY, user_id integer REFERENCES users, during tsrange,
      CONSTRAINT one_at_a_time EXCLUDE USING gist (user_id WITH =, during WITH &&) WHERE (user_id IS NOT NULL));
    CREATE STATISTICS users_stat (dependencies) ON id, manager_id FROM users;
    COMMENT ON STATISTICS users_stat IS 'they go together';
    ALTER TABLE tag_uses REPLICA IDENTITY USING INDEX tag_uses_pkey;
    ALTER TABLE profiles CLUSTER ON profiles_pkey;
    ALTER TABLE users ALTER COLUMN id SET STATISTICS 500;
    CREATE TABLE events (id bigserial, at date NOT NULL, user_id integer REFERENCES users, PRIMARY KEY (id, at)) PARTITION BY RANGE (at);
    CREATE TABLE events_2024 PARTITION OF events FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
    CREATE TABLE events_2025 PARTITION OF events FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
    CREATE INDEX ON events (user_id);
    ALTER TABLE profiles ADD CONSTRAINT late FOREIGN KEY (user_id) REFERENCES users NOT VALID;
    CREATE TABLE a (id integer PRIMARY KEY, b_id integer);
    CREATE TABLE b (id integer PRIMARY KEY, a_id integer REFERENCES a);
    ALTER TABLE a ADD FOREIGN KEY (b_id) REFERENCES b DEFERRABLE;

    CREATE VIEW active_users WITH (security_barrier) AS SELECT id, email AS mail, manager_id FROM users WHERE email <> '';
    COMMENT ON VIEW active_users IS 'those with an address';
    COMMENT ON COLUMN active_users.mail IS 'address';
    ALTER VIEW active_users ALTER COLUMN mail SET DEFAULT 'nobody';
    GRANT SELECT ON active_users TO PUBLIC;
    GRANT UPDATE (mail) ON active_users TO PUBLIC;
    CREATE VIEW managers AS SELECT DISTINCT m.id, m.mail FROM active_users m JOIN active_users u ON u.manager_id = m.id;
    CREATE MATERIALIZED VIEW tags_of AS SELECT u.id AS user_id, count(*) AS many FROM active_users u JOIN user_tags t ON t.user_id = u.id GROUP BY u.id;
    CREATE UNIQUE INDEX ON tags_of (user_id);
    COMMENT ON MATERIALIZED VIEW tags_of IS 'counted';
    CREATE MATERIALIZED VIEW unfilled AS SELECT * FROM tags_of WITH NO DATA;
    CREATE FUNCTION active() RETURNS SETOF active_users LANGUAGE sql STABLE AS 'SELECT * FROM active_users';
    COMMENT ON FUNCTION active() IS 'as rows';
    REVOKE ALL ON FUNCTION active() FROM PUBLIC;
    CREATE FUNCTION touched() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
    CREATE TRIGGER moved AFTER UPDATE OF manager_id ON users FOR EACH ROW WHEN (OLD.manager_id IS DISTINCT FROM NEW.manager_id) EXECUTE FUNCTION touched();
    COMMENT ON TRIGGER moved ON users IS 'another manager';
    ALTER TABLE users DISABLE TRIGGER moved;
    CREATE TRIGGER any_change BEFORE UPDATE ON users FOR EACH ROW EXECUTE FUNCTION touched();
    CREATE TRIGGER into_view INSTEAD OF INSERT ON managers FOR EACH ROW EXECUTE FUNCTION touched();
    CREATE RULE no_delete AS ON DELETE TO active_users DO INSTEAD NOTHING;
    CREATE RULE keep AS ON DELETE TO tags WHERE OLD.owner_id IS NULL DO INSTEAD NOTHING;
    COMMENT ON RULE keep ON tags IS 'kept';
    ALTER TABLE profiles ENABLE ROW LEVEL SECURITY;
    CREATE POLICY own ON profiles AS RESTRICTIVE FOR UPDATE TO PUBLIC USING (user_id IN (SELECT id FROM users)) WITH CHECK (user_id IS NOT NULL);
    COMMENT ON POLICY own ON profiles IS 'only ones own';
    GRANT SELECT (id), UPDATE (email) ON users TO PUBLIC;

    INSERT INTO users (email, manager_id) SELECT 'u' || i, nullif(i / 3, 0) FROM generate_series(1, 50) i;
    DELETE FROM users WHERE id BETWEEN 40 AND 45;
    INSERT INTO tags (name, owner_id) SELECT 't' || i, i FROM generate_series(1, 20) i;
    INSERT INTO user_tags SELECT 'n', u.id, t.id FROM users u JOIN tags t ON t.owner_id % 5 = u.id % 5;
    INSERT INTO tag_uses (user_id, tag_id) SELECT user_id, tag_id FROM user_tags LIMIT 30;
    INSERT INTO tag_uses (user_id, tag_id) VALUES (NULL, NULL);
    INSERT INTO profiles SELECT 'bio ' || id, id FROM users;
    INSERT INTO shifts (user_id, during) SELECT id, '[2024-01-01, 2024-01-02)' FROM users;
    INSERT INTO events (at, user_id) SELECT date '2024-06-01' + i * 20, 1 + i FROM generate_series(1, 25) i;
    INSERT INTO a SELECT i FROM generate_series(1, 5) i; INSERT INTO b SELECT i, i FROM generate_series(1, 5) i; UPDATE a SET b_id = 6 - id;
    REFRESH MATERIALIZED VIEW tags_of; ANALYZE)");
  std::vector<std::string> expected;
  if (database->server_version() >= 140000)
    database->query(
        "CREATE FUNCTION managed(m text) RETURNS bigint LANGUAGE sql BEGIN ATOMIC SELECT count(*) FROM users u JOIN "
        "users b "
        "ON b.id = u.manager_id WHERE b.email = m; END; COMMENT ON FUNCTION managed IS 'how many'");
  if (database->server_version() >= 150000)
    database->query(
        "CREATE PUBLICATION chosen FOR TABLE users (id, email) WHERE (id IS NOT NULL), tags; COMMENT ON PUBLICATION "
        "chosen "
        "IS 'p'");
  const auto becomes = [&](const char* column, const char* type) {
    expected.push_back(fmt::format("column public.{}: type {} -> uuid", column, type));
  };
  becomes("users.id", "integer");
  becomes("users.manager_id", "integer");
  becomes("tags.id", "bigint");
  becomes("tags.owner_id", "integer");
  becomes("user_tags.user_id", "integer");
  becomes("user_tags.tag_id", "bigint");
  becomes("tag_uses.id", "smallint");
  becomes("tag_uses.user_id", "integer");
  becomes("tag_uses.tag_id", "bigint");
  becomes("profiles.user_id", "integer");
  becomes("shifts.id", "integer");
  becomes("shifts.user_id", "integer");
  for (const char* table : {"events", "events_2024", "events_2025"})
    becomes(fmt::format("{}.user_id", table).c_str(), "integer");
  becomes("a.id", "integer");
  becomes("a.b_id", "integer");
  becomes("b.id", "integer");
  becomes("b.a_id", "integer");
  for (const char* of_view :
       {"active_users.id", "active_users.manager_id", "managers.id", "tags_of.user_id", "unfilled.user_id"})
    becomes(of_view, "integer");
  expected.insert(
      expected.end(),
      {"column public.users.id: default nextval('public.users_id_seq'::regclass) -> gen_random_uuid()",
       "column public.tag_uses.id: default nextval('public.tag_uses_id_seq'::regclass) -> gen_random_uuid()",
       "column public.shifts.id: default nextval('public.shifts_id_seq'::regclass) -> gen_random_uuid()",
       "column public.tags.id: default (none) -> gen_random_uuid()", "column public.tags.id: identity always -> (none)",
       "column public.tags.id: sequence public.tags_id_seq AS bigint START 100 INCREMENT 5 MINVALUE 1 MAXVALUE "
       "9223372036854775807 CACHE 1 -> (none)"});
  check_round_trip(
      *database, to_uuid,
      {"SELECT u.email, m.email FROM users u LEFT JOIN users m ON m.id = u.manager_id ORDER BY 1",
       "SELECT u.email, t.name, o.email FROM user_tags x JOIN users u ON u.id = x.user_id JOIN tags t ON t.id = "
       "x.tag_id JOIN "
       "users o ON o.id = t.owner_id ORDER BY 1, 2",
       "SELECT u.email, t.name, count(*) FROM tag_uses x LEFT JOIN users u ON u.id = x.user_id LEFT JOIN tags t ON "
       "t.id = "
       "x.tag_id GROUP BY 1, 2 ORDER BY 1, 2",
       "SELECT p.bio, u.email FROM profiles p JOIN users u ON u.id = p.user_id ORDER BY 1",
       "SELECT e.id, e.at, u.email FROM events e LEFT JOIN users u ON u.id = e.user_id ORDER BY 1",
       "SELECT s.during, u.email FROM shifts s JOIN users u ON u.id = s.user_id ORDER BY 2",
       "SELECT count(*), sum(many) FROM tags_of", "SELECT mail FROM managers ORDER BY 1",
       "SELECT count(*) FROM active()", "SELECT count(*) FROM a JOIN b ON b.id = a.b_id AND b.a_id <> a.id",
       "SELECT attname, attnum FROM pg_attribute WHERE attrelid = 'users'::regclass AND attnum > 0 ORDER BY 2",
       "SELECT count(*) FROM pg_constraint WHERE NOT convalidated"},
      expected);
}

using tests::lines;

namespace {

/// The error that the operation ends with; the transaction is rolled back.
base::Error refusal(postgres::Session& session, const char* operation, const base::Map& arguments) {
  session.query("BEGIN");
  try {
    run(session, operation, arguments);
  } catch (const base::Error& error) {
    session.query("ROLLBACK");
    return error;
  }
  session.query("ROLLBACK");
  FAIL("it was not refused");
  throw;
}

}  // namespace

TEST_CASE("a reference that leads nowhere is told before anything changes", "[schema][retype]") {
  const auto database = tests::connect(tests::fresh_database());
  database->query(
      "CREATE TABLE users (id serial PRIMARY KEY, email text); CREATE TABLE journals (id serial PRIMARY KEY, user_id "
      "integer, at timestamptz DEFAULT now()); INSERT INTO users (email) SELECT 'x' FROM generate_series(1, 3);"
      "INSERT INTO journals (user_id) VALUES (1), (98), (99), (NULL)");
  const schema::Snapshot before = schema::read_snapshot(*database, "waxwing");
  SECTION("not declared") {
    const base::Map arguments = {{"table", "users"}, {"to", "uuid"}, {"references", "journals.user_id"}};
    const base::Error error = refusal(*database, "retype_primary_key", arguments);
    CHECK(error.code() == base::code::key_orphans);
    CHECK(std::string(error.what()) == "2 rows of journals lead to no row of users");
    CHECK(error.cause() == "journals.user_id is 98, 99");
    CHECK(schema::compare(before, schema::read_snapshot(*database, "waxwing")).empty());
    database->query("DELETE FROM journals WHERE user_id > 3; BEGIN");
    run(*database, "retype_primary_key", arguments);
    database->query("COMMIT");
    CHECK(answer(*database, "SELECT count(*), count(u.id) FROM journals j LEFT JOIN users u ON u.id = j.user_id") ==
          "2|1\n");
    database->query(
        "INSERT INTO users (email) VALUES ('new'); INSERT INTO journals (user_id) SELECT id FROM users WHERE email = "
        "'new'; BEGIN");
    run(*database, "restore_primary_key", {{"table", "users"}});
    database->query("COMMIT");
    CHECK(schema::compare(before, schema::read_snapshot(*database, "waxwing")).empty());
    CHECK(answer(*database, "SELECT u.id, u.email FROM journals j JOIN users u ON u.id = j.user_id ORDER BY 1") ==
          "1|x\n4|new\n");
    CHECK(answer(*database, "INSERT INTO users (email) VALUES ('newer') RETURNING id") == "5\n");
  }
  SECTION("not validated") {
    database->query("ALTER TABLE journals ADD CONSTRAINT fk FOREIGN KEY (user_id) REFERENCES users NOT VALID");
    CHECK(&refusal(*database, "retype_primary_key", {{"table", "users"}, {"to", "uuid"}}).code() ==
          &base::code::key_orphans);
  }
}

TEST_CASE("without a transaction no key is touched", "[schema][retype]") {
  const auto database = tests::connect(tests::fresh_database());
  database->query("CREATE TABLE users (id serial PRIMARY KEY)");
  try {
    run(*database, "retype_all_primary_keys", to_uuid);
    FAIL("it was not refused");
  } catch (const base::Error& error) {
    CHECK(std::string(error.what()) == "op.retype_all_primary_keys is one transaction, and there is none");
  }
}

TEST_CASE("what cannot follow a key to another type is named", "[schema][retype]") {
  const auto database = tests::connect(tests::fresh_database());
  const auto cause = [&](const char* setup) {
    database->query("DROP SCHEMA public CASCADE; CREATE SCHEMA public");
    database->query(setup);
    const base::Error error = refusal(*database, "retype_primary_key", {{"table", "t"}, {"to", "uuid"}});
    return std::string(error.code().id) + " " + error.cause();
  };
  CHECK(cause("CREATE TABLE t (id int PRIMARY KEY, code text GENERATED ALWAYS AS ('T' || (id + 1)::text) STORED)")
            .starts_with("WAX-6030 it is used by generated column public.t.code"));
  CHECK(cause("CREATE TABLE t (id int PRIMARY KEY) PARTITION BY HASH (id)") ==
        "WAX-6030 it is used by the partition key of public.t (HASH (id))");
  CHECK(cause("CREATE TABLE t (id int PRIMARY KEY); CREATE TABLE h (rows t[])") ==
        "WAX-6030 it is used by column public.h.rows of the row type of public.t");
  CHECK(cause("CREATE TABLE t (id int PRIMARY KEY CONSTRAINT positive CHECK (id > 0))") ==
        "WAX-6030 operator does not exist: uuid > integer; the key is used by check positive CHECK ((id > 0))");
  CHECK(cause("CREATE TABLE t (id int)") == "WAX-6031 there is no such table, or it has no primary key");
  CHECK(cause("CREATE TABLE t (a int, b int, PRIMARY KEY (a, b))") == "WAX-6031 its primary key is (a, b)");
}

TEST_CASE("keys that only become wider need no mapping", "[schema][retype]") {
  const auto database = tests::connect(tests::fresh_database());
  database->query(
      "CREATE TABLE t (id serial PRIMARY KEY, up int REFERENCES t); CREATE TABLE i (id int GENERATED ALWAYS AS "
      "IDENTITY "
      "PRIMARY KEY, t_id int REFERENCES t); INSERT INTO t (up) VALUES (NULL), (1); CREATE VIEW v AS SELECT id FROM t");
  const schema::Snapshot before = schema::read_snapshot(*database, "waxwing");
  database->query("BEGIN");
  run(*database, "retype_all_primary_keys", {{"to", "bigint"}});
  database->query("COMMIT");
  CHECK(answer(*database, "SELECT pg_typeof(id), pg_typeof(up) FROM t LIMIT 1") == "bigint|bigint\n");
  CHECK(answer(*database, "INSERT INTO t (id) VALUES (3000000000) RETURNING id") == "3000000000\n");
  database->query("DELETE FROM t WHERE id > 2; BEGIN");
  run(*database, "retype_all_primary_keys", {{"to", "integer"}});
  database->query("COMMIT");
  CHECK(lines(schema::compare(before, schema::read_snapshot(*database, "waxwing"))) == std::vector<std::string>{});
}

TEST_CASE("keys that lie far apart, and keys that an expression makes", "[schema][retype]") {
  const auto database = tests::connect(tests::fresh_database());
  database->query(
      "CREATE TABLE t (id bigint PRIMARY KEY, public_id uuid NOT NULL DEFAULT gen_random_uuid()); CREATE TABLE c (t_id "
      "bigint REFERENCES t); INSERT INTO t VALUES (-9000000000000000000), (-1), (9000000000000000000);"
      "INSERT INTO c SELECT id FROM t; INSERT INTO c VALUES (NULL); CREATE SCHEMA old_keys");
  database->query("BEGIN");
  run(*database, "retype_primary_key",
      {{"table", "t"}, {"to", "uuid"}, {"using", "public_id"}, {"mapping_schema", "old_keys"}});
  CHECK(answer(*database, "SELECT count(*), count(*) FILTER (WHERE id = public_id) FROM t JOIN c ON t_id = id") ==
        "3|3\n");
  run(*database, "restore_primary_key", {{"table", "t"}, {"mapping_schema", "old_keys"}});
  database->query("COMMIT");
  CHECK(answer(*database, "SELECT t_id FROM c ORDER BY 1") == "-9000000000000000000\n-1\n9000000000000000000\n\n");
  const base::Error error =
      refusal(*database, "retype_primary_key", {{"table", "t"}, {"to", "uuid"}, {"using", "md5('x')::uuid"}});
  CHECK(error.code() == base::code::key_values_wrong);
  CHECK(&refusal(*database, "restore_primary_key", {{"table", "t"}}).code() == &base::code::no_key_mapping);
}
