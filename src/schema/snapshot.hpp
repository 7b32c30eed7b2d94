// The catalogue as values: every object of a database is a fact, with its attributes as text.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "postgres/session.hpp"
#include "schema/kind.hpp"

namespace schema {

/// Where an object stands in the catalogue: the triple of pg_depend. Holds for one database only.
struct Address {
  std::uint32_t catalogue = 0, object = 0;
  std::int32_t sub = 0;
  bool operator==(const Address&) const = default;
};

/// One object. Kind and identity name it in any database: "column" and "public.books.title".
struct Fact {
  const Kind* kind = nullptr;
  std::string identity;
  /// Its own name as SQL writes it: the last part of the identity.
  std::string name;
  /// Identity and kind of what it belongs to; null for what belongs to the database.
  const Kind* parent_kind = nullptr;
  std::string parent;
  /// In the order of kind->attributes; nothing where the object has nothing to say.
  std::vector<std::optional<std::string>> values;
  Address address;

  /// The attribute `name`; null when it has no value.
  const std::string* value(std::string_view attribute) const;
  /// The attribute as text, "" without one.
  std::string text(std::string_view attribute) const;
};

class Snapshot {
 public:
  Snapshot() = default;
  explicit Snapshot(std::vector<Fact> facts);

  /// Sorted by kind, then by identity; columns and attributes stay in their own order.
  const std::vector<Fact>& facts() const { return facts_; }
  const Fact* find(std::string_view kind, const std::string& identity) const;
  /// What belongs to an object: its columns, constraints, indexes ...
  std::vector<const Fact*> children(std::string_view parent_kind, const std::string& parent,
                                    std::string_view kind) const;

 private:
  std::vector<Fact> facts_;
  std::unordered_map<std::string, std::size_t> by_identity_;
  std::unordered_map<std::string, std::vector<std::size_t>> by_parent_;
};

/// Reads everything in one message: one statement, so one moment. Objects of extensions, temporary objects, and the
/// ledger in `ledger_schema` are left out. Outside of a transaction that is one round trip; inside of one it takes
/// three and leaves no setting behind. Source: PostgreSQL 13 to 18, chapter "System Catalogs".
Snapshot read_snapshot(postgres::Session& session, const std::string& ledger_schema);

/// The statement that read_snapshot sends to a server of this version.
std::string snapshot_sql(int server_version, const std::string& ledger_schema);

}  // namespace schema
