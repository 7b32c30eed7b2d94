// One UNION ALL over all kinds, and the identities that are put together from the rows.
#include "schema/snapshot.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "postgres/quote.hpp"

namespace schema {

namespace {

/// pg_namespace has the same oid in every server (pg_namespace.h).
constexpr std::uint32_t pg_namespace = 2615;

/// The columns of the statement before the attributes.
enum Column {
  kind,
  catalogue,
  object,
  sub,
  parent_catalogue,
  parent,
  parent_sub,
  scope,
  own_name,
  hidden,
  first_value
};

/// What deparsing depends on. `extra_float_digits` and the styles are those pg_dump uses.
constexpr const char* settings =
    "SET LOCAL search_path = pg_catalog, pg_temp; SET LOCAL jit = off; SET LOCAL max_parallel_workers_per_gather = 0; "
    "SET LOCAL quote_all_identifiers = off; SET LOCAL TimeZone = 'UTC'; SET LOCAL IntervalStyle = postgres; "
    "SET LOCAL DateStyle = ISO; SET LOCAL extra_float_digits = 3; SET LOCAL bytea_output = hex; ";

bool exists(const AttributeType& attribute, int version) {
  return version >= attribute.since && (attribute.until == 0 || version < attribute.until);
}

std::size_t most_attributes() {
  std::size_t most = 0;
  for (const Kind* each : all_kinds()) most = std::max(most, each->attributes.size());
  return most;
}

/// A name of a catalogue, or SQL that gives its oid.
std::string catalogue_sql(const char* name) {
  const std::string_view text = name;
  return text.find_first_of(". ") == text.npos ? fmt::format("'{}'::regclass::oid", text) : std::string(text);
}

std::string select_sql(const Kind& kind, std::size_t index, int version, std::size_t width) {
  std::string sql =
      fmt::format("SELECT {}::int4, {}, {}, {}::int4, {}, {}, {}::int4, {}, {}, {}", index,
                  kind.catalogue ? catalogue_sql(kind.catalogue) : "NULL::oid", kind.oid ? kind.oid : "NULL::oid",
                  kind.sub, kind.parent_catalogue ? catalogue_sql(kind.parent_catalogue) : "NULL::oid",
                  kind.parent ? kind.parent : "NULL::oid", kind.parent_sub, kind.scope ? kind.scope : "NULL::oid",
                  kind.own_name, kind.is_hidden);
  for (std::size_t i = 0; i < width; ++i) {
    const bool is_asked = i < kind.attributes.size() && exists(kind.attributes[i], version);
    sql += is_asked ? std::string(", ") + kind.attributes[i].sql : ", NULL::text";
  }
  return sql + "\n  FROM " + kind.from;
}

template <class Number>
Number number(const postgres::Result& rows, std::size_t row, std::size_t column) {
  Number value = 0;
  const std::string_view text = rows.value(row, column);
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

struct AddressHash {
  std::size_t operator()(const Address& a) const {
    return (std::size_t{a.object} << 20) ^ (std::size_t{a.catalogue} << 8) ^ static_cast<std::size_t>(a.sub);
  }
};

/// Puts identities together, parents first.
class Reader {
 public:
  explicit Reader(const postgres::Result& rows) : rows_(rows) {}

  std::vector<Fact> read() {
    std::vector<std::vector<std::size_t>> of_kind(all_kinds().size());
    for (std::size_t row = 0; row < rows_.rows(); ++row) of_kind[number<std::size_t>(rows_, row, kind)].push_back(row);
    places_.reserve(rows_.rows());
    for (std::size_t i = 0; i < of_kind.size(); ++i) {
      const std::size_t first = facts_.size();
      for (const std::size_t row : of_kind[i]) add(row, *all_kinds()[i]);
      sort(first, *all_kinds()[i]);
    }
    return std::move(facts_);
  }

 private:
  struct Place {
    const Kind* kind;
    std::string identity;
  };

  Address address(std::size_t row, Column first) const {
    return {number<std::uint32_t>(rows_, row, first), number<std::uint32_t>(rows_, row, first + 1),
            number<std::int32_t>(rows_, row, first + 2)};
  }
  const Place* find(const Address& address) const {
    const auto found = places_.find(address);
    return found == places_.end() ? nullptr : &found->second;
  }

  void add(std::size_t row, const Kind& of) {
    Fact fact;
    fact.kind = &of;
    fact.name = rows_.text(row, own_name);
    const Place* owner = nullptr;
    if (of.parent && !(owner = find(address(row, parent_catalogue)))) return;
    if (owner) {
      fact.parent_kind = owner->kind;
      fact.parent = owner->identity;
    }
    if (of.is_about_parent) {
      fact.identity = fmt::format("{} {}", owner->kind->name, owner->identity);
      if (!fact.name.empty()) fact.identity += " " + fact.name;
    } else if (of.scope) {
      const Place* space = find({pg_namespace, number<std::uint32_t>(rows_, row, scope), 0});
      if (!space) return;
      fact.identity = space->identity + "." + fact.name;
    } else {
      fact.identity = owner ? owner->identity + "." + fact.name : fact.name;
    }
    fact.address = address(row, catalogue);
    if (of.oid) places_.insert({fact.address, {&of, fact.identity}});
    if (rows_.boolean(row, hidden)) return;
    fact.values.resize(of.attributes.size());
    for (std::size_t i = 0; i < fact.values.size(); ++i) fact.values[i] = rows_.optional_text(row, first_value + i);
    facts_.push_back(std::move(fact));
  }

  void sort(std::size_t first, const Kind& of) {
    const auto by_identity = [](const Fact& a, const Fact& b) { return a.identity < b.identity; };
    const auto by_place = [](const Fact& a, const Fact& b) {
      return a.parent != b.parent ? a.parent < b.parent : a.address.sub < b.address.sub;
    };
    const auto begin = facts_.begin() + static_cast<std::ptrdiff_t>(first);
    if (of.is_ordered)
      std::sort(begin, facts_.end(), by_place);
    else
      std::sort(begin, facts_.end(), by_identity);
  }

  const postgres::Result& rows_;
  std::unordered_map<Address, Place, AddressHash> places_;
  std::vector<Fact> facts_;
};

std::string key(std::string_view kind, std::string_view identity) { return fmt::format("{}\n{}", kind, identity); }

}  // namespace

const std::string* Fact::value(std::string_view attribute) const {
  for (std::size_t i = 0; i < values.size(); ++i)
    if (values[i] && attribute == kind->attributes[i].name) return &*values[i];
  return nullptr;
}

std::string Fact::text(std::string_view attribute) const {
  const std::string* found = value(attribute);
  return found ? *found : std::string();
}

Snapshot::Snapshot(std::vector<Fact> facts) : facts_(std::move(facts)) {
  by_identity_.reserve(facts_.size());
  for (std::size_t i = 0; i < facts_.size(); ++i) {
    by_identity_.insert({key(facts_[i].kind->name, facts_[i].identity), i});
    if (facts_[i].parent_kind) by_parent_[key(facts_[i].parent_kind->name, facts_[i].parent)].push_back(i);
  }
}

const Fact* Snapshot::find(std::string_view kind, const std::string& identity) const {
  const auto found = by_identity_.find(key(kind, identity));
  return found == by_identity_.end() ? nullptr : &facts_[found->second];
}

std::vector<const Fact*> Snapshot::children(std::string_view parent_kind, const std::string& parent,
                                            std::string_view kind) const {
  std::vector<const Fact*> found;
  const auto of_parent = by_parent_.find(key(parent_kind, parent));
  if (of_parent == by_parent_.end()) return found;
  for (const std::size_t i : of_parent->second)
    if (kind == facts_[i].kind->name) found.push_back(&facts_[i]);
  return found;
}

std::string snapshot_sql(int server_version, const std::string& ledger_schema) {
  // A ledger that lives among the user's tables is told by the names of its own.
  const std::string ledger = postgres::quote_literal(ledger_schema);
  std::string sql = fmt::format(
      "{}WITH member AS MATERIALIZED (SELECT classid, objid FROM pg_depend WHERE deptype = 'e' AND refclassid = "
      "'pg_extension'::regclass),\n"
      "space AS MATERIALIZED (SELECT oid FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname <> 'information_schema' "
      "AND (nspname <> {} OR nspname = 'public')),\n"
      "relation AS MATERIALIZED (SELECT c.* FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN space "
      "ON space.oid = n.oid WHERE NOT EXISTS (SELECT FROM member WHERE member.classid = 'pg_class'::regclass AND "
      "member.objid = c.oid) AND NOT (n.nspname = {} AND c.relname IN ('revision', 'run', 'event', 'journal')))\n",
      settings, ledger, ledger);
  const std::size_t width = most_attributes();
  bool is_first = true;
  for (std::size_t i = 0; i < all_kinds().size(); ++i) {
    if (server_version < all_kinds()[i]->since) continue;
    sql += (is_first ? "" : "\nUNION ALL ") + select_sql(*all_kinds()[i], i, server_version, width);
    is_first = false;
  }
  return sql;
}

Snapshot read_snapshot(postgres::Session& session, const std::string& ledger_schema) {
  const std::string sql = snapshot_sql(session.server_version(), ledger_schema);
  // Several statements in one message are a transaction of their own, so SET LOCAL ends with them.
  if (session.transaction_status() == postgres::TransactionStatus::idle)
    return Snapshot(Reader(session.query(sql)).read());
  session.query("SAVEPOINT waxwing_snapshot");
  const postgres::Result rows = session.query(sql);
  session.query("ROLLBACK TO SAVEPOINT waxwing_snapshot; RELEASE SAVEPOINT waxwing_snapshot");
  return Snapshot(Reader(rows).read());
}

}  // namespace schema
