// Says what kind a statement is by its words, and by the grammar where they leave doubt; the server has the last word
// on everything else.
#include "postgres/sql_grammar.hpp"
#include "postgres/sql_scanner.hpp"
#include "postgres/sql_text.hpp"

namespace postgres {

namespace {

/// The words and symbols of a statement, comments and quoted text left out (a quoted piece is an empty word).
std::vector<std::string_view> words_of(std::string_view sql, std::size_t most) {
  std::vector<std::string_view> words;
  for (std::size_t at = 0; at < sql.size() && words.size() < most;) {
    const Scanned scanned = scan_piece(sql, at);
    if (scanned.piece == Piece::word) words.push_back(sql.substr(at, scanned.end - at));
    if (scanned.piece == Piece::quoted) words.emplace_back();
    // A select may hide in parentheses.
    if (scanned.piece == Piece::other && !(words.empty() && sql[at] == '('))
      words.push_back(sql.substr(at, scanned.end - at));
    at = scanned.end;
  }
  return words;
}

class Words {
 public:
  explicit Words(std::string_view sql) : words_(words_of(sql, 64)) {}
  bool is(std::size_t index, std::string_view upper) const {
    return index < words_.size() && is_word(words_[index], upper);
  }
  bool starts(std::string_view first, std::string_view second) const { return is(0, first) && is(1, second); }
  bool has(std::string_view upper, std::size_t from = 0) const {
    for (std::size_t i = from; i < words_.size(); ++i)
      if (is(i, upper)) return true;
    return false;
  }
  std::size_t size() const { return words_.size(); }

 private:
  std::vector<std::string_view> words_;
};

bool breaks_transaction(const Words& w) {
  if (w.is(0, "BEGIN") || w.is(0, "COMMIT") || w.is(0, "END") || w.is(0, "ABORT")) return true;
  if (w.starts("START", "TRANSACTION") || w.starts("PREPARE", "TRANSACTION")) return true;
  if (w.is(0, "ROLLBACK")) return !w.has("TO");
  return w.starts("DISCARD", "ALL");
}

/// CREATE SUBSCRIPTION ... WITH (connect = false) or (create_slot = false) touches no other server.
bool makes_no_slot(const Words& w) {
  for (std::size_t i = 2; i < w.size(); ++i)
    if ((w.is(i, "CONNECT") || w.is(i, "CREATE_SLOT")) && w.is(i + 1, "=") &&
        (w.is(i + 2, "FALSE") || w.is(i + 2, "OFF") || w.is(i + 2, "0")))
      return true;
  return false;
}

/// CLUSTER, CLUSTER VERBOSE and CLUSTER (VERBOSE) go through all tables.
bool names_no_table(const Words& w) {
  if (w.size() == 1 || (w.size() == 2 && w.is(1, "VERBOSE"))) return true;
  return w.is(1, "(") && w.is(w.size() - 1, ")");
}

bool needs_no_transaction(const Words& w) {
  const bool concurrently = w.has("CONCURRENTLY");
  if (w.is(0, "VACUUM") || w.starts("ALTER", "SYSTEM")) return true;
  if (w.is(0, "CREATE") || w.is(0, "DROP")) {
    if (w.is(1, "DATABASE") || w.is(1, "TABLESPACE")) return true;
    if (w.is(1, "SUBSCRIPTION")) return !makes_no_slot(w);
    return concurrently && (w.is(1, "INDEX") || w.starts("CREATE", "UNIQUE"));
  }
  if (w.is(0, "REINDEX")) return concurrently || w.has("DATABASE") || w.has("SYSTEM") || w.has("SCHEMA");
  if (w.is(0, "CLUSTER")) return names_no_table(w);
  if (w.starts("ALTER", "TABLE")) return concurrently && w.has("DETACH");
  if (w.starts("ALTER", "DATABASE")) return w.has("TABLESPACE");
  return false;
}

StatementKind kind_of(const Words& w) {
  for (const char* word : {"SELECT", "VALUES", "TABLE", "SHOW", "EXPLAIN", "FETCH"})
    if (w.is(0, word)) return StatementKind::query;
  if (w.is(0, "WITH"))
    return w.has("INSERT") || w.has("UPDATE") || w.has("DELETE") || w.has("MERGE") ? StatementKind::data
                                                                                   : StatementKind::query;
  for (const char* word :
       {"INSERT", "UPDATE", "DELETE", "MERGE", "COPY", "CALL", "DO", "TRUNCATE", "LOCK", "REFRESH", "ANALYZE"})
    if (w.is(0, word)) return StatementKind::data;
  for (const char* word : {"CREATE", "ALTER", "DROP", "COMMENT", "GRANT", "REVOKE", "REINDEX", "CLUSTER", "SECURITY",
                           "IMPORT", "REASSIGN", "VACUUM"})
    if (w.is(0, word)) return StatementKind::definition;
  for (const char* word : {"BEGIN", "COMMIT", "END", "ABORT", "ROLLBACK", "SAVEPOINT", "RELEASE", "START"})
    if (w.is(0, word)) return StatementKind::transaction_control;
  if (w.starts("PREPARE", "TRANSACTION")) return StatementKind::transaction_control;
  for (const char* word : {"SET", "RESET", "DISCARD"})
    if (w.is(0, word)) return StatementKind::setting;
  return StatementKind::other;
}

/// Words may also be names or hide in a body; the first word decides nearly every statement without a parse.
bool leave_doubt(const Words& w, const StatementClass& by_words) {
  return by_words.needs_no_transaction || w.is(0, "WITH") || w.has("CONCURRENTLY") || w.has("SUBSCRIPTION");
}

}  // namespace

const char* name_of(StatementKind kind) {
  switch (kind) {
    case StatementKind::query: return "query";
    case StatementKind::data: return "data";
    case StatementKind::definition: return "definition";
    case StatementKind::transaction_control: return "transaction control";
    case StatementKind::setting: return "setting";
    case StatementKind::other: return "other";
  }
  return "other";
}

StatementClass classify(std::string_view statement) {
  const Words words(statement);
  const StatementClass by_words{kind_of(words), needs_no_transaction(words), breaks_transaction(words)};
  if (!leave_doubt(words, by_words)) return by_words;
  return classify_by_grammar(statement).value_or(by_words);
}

}  // namespace postgres
