// What waxwing keeps and reads back: records of the journal, comments that go with tables, manifests of backups, the
// progress of run-books. An input is the reader's name in a line and a text. Whatever has happened to the text, it is
// read or refused, and what was read comes out of what is written of it once more.
#include <nlohmann/json.hpp>

#include "base/files.hpp"
#include "base/text.hpp"
#include "migrate/lone_statement.hpp"
#include "migrate/manifest.hpp"
#include "migrate/run_book_progress.hpp"
#include "operations/key_mapping.hpp"
#include "operations/online_change.hpp"
#include "postgres/recorded_result.hpp"
#include "postgres/recording.hpp"
#include "support/input.hpp"

namespace {

/// Everything there is, so that a reader that looks at a field meets it.
std::size_t read_all(const postgres::Result& result) {
  std::size_t bytes = postgres::size_of(result);
  for (std::size_t c = 0; c < result.columns(); ++c) bytes += result.column_name(c).size() + result.column_type(c);
  for (std::size_t r = 0; r < result.rows(); ++r)
    for (std::size_t c = 0; c < result.columns(); ++c) bytes += result.is_null(r, c) ? 0 : result.value(r, c).size();
  return bytes;
}

void result(const std::string& text) {
  constexpr const char* sql = "SELECT 1";
  try {
    const postgres::Result first = postgres::replayed(text, sql);
    const std::string kept = postgres::recorded(first);
    const postgres::Result second = postgres::replayed(kept, sql);
    fuzz::require(read_all(first) == read_all(second), "a result comes back as it was", kept);
    fuzz::require(postgres::recorded(second) == kept, "a record is written the same way again", kept);
  } catch (const postgres::SqlError& error) {
    const std::string kept = postgres::recorded(error);
    std::string again;
    try {
      postgres::replayed(kept, sql);
    } catch (const postgres::SqlError& second) {
      again = postgres::recorded(second);
    }
    fuzz::require(again == kept, "a refusal comes back as it was", kept);
  }
}

/// The catalogue has nothing of what is asked for.
struct EmptyDatabase : postgres::RecordingSession {
  EmptyDatabase() : RecordingSession([](std::string_view) {}) {}
  postgres::Result query(std::string_view, const postgres::Parameters&) override { return {}; }
};

void seen(const std::string& text) {
  EmptyDatabase session;
  for (const char* sql : {"CREATE INDEX CONCURRENTLY i ON t (a)", "REINDEX INDEX CONCURRENTLY i"})
    fuzz::require(!migrate::repair(session, sql, text), "what is not there is not done", text);
}

template <class Kept>
void comment(const std::string& start, const std::string& text) {
  const std::string kept = Kept::from_comment(start + text).to_comment();
  fuzz::require(Kept::from_comment(kept).to_comment() == kept, "a comment is written the same way again", kept);
}

/// With the seal that belongs to it, so that more than the seal is looked at.
void manifest(const std::string& text) {
  migrate::Manifest read;
  if (fuzz::succeeds([&] { read = migrate::parse_manifest(text, "b.dump"); }))
    fuzz::require(text.find("\"seal\"") != std::string::npos, "a manifest has a seal", text);
  std::string sealed = text;
  if (text.size() < 2000 && !text.starts_with("[[")) {
    nlohmann::ordered_json json = nlohmann::ordered_json::parse(text, nullptr, false);
    if (json.is_object()) {
      json.erase("seal");
      try {
        json["seal"] = base::sha256_hex(json.dump());
        sealed = json.dump();
      } catch (const nlohmann::json::exception&) {
        return;  // What is no UTF-8 is never written.
      }
    }
  }
  read = migrate::parse_manifest(sealed, "b.dump");
  migrate::to_json(read);
}

/// Of two steps; SUM1 and SUM2 stand for the checksums of their commands.
void progress(std::string text) {
  const std::vector<migrate::RunBookRecord> now = {{{"backup", "waxwing backup"}}, {{"upgrade", "waxwing upgrade"}}};
  text = base::replace_all(text, "SUM1", base::sha256_hex(now[0].step.command));
  text = base::replace_all(text, "SUM2", base::sha256_hex(now[1].step.command));
  const migrate::KeptProgress kept = migrate::read_progress(text, now);
  if (!kept.is_same || !kept.is_whole) return;
  fuzz::require(kept.records.size() == now.size(), "every step has its record", text);
  for (std::size_t i = 0; i < now.size(); ++i)
    fuzz::require(kept.records[i].step == now[i].step, "a record is that of its step", text);
}

}  // namespace

FUZZ_TARGET(fuzz::Input input) {
  const std::string_view reader = input.line();
  const std::string text(input.rest());
  fuzz::succeeds([&] {
    if (reader == "result") result(text);
    if (reader == "seen") seen(text);
    if (reader == "keys") comment<operations::MappingRecord>("waxwing: old and new keys ", text);
    if (reader == "online") comment<operations::OnlineChange>("waxwing: online change ", text);
    if (reader == "manifest") manifest(text);
    if (reader == "progress") progress(text);
  });
}
