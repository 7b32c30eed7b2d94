// What two snapshots differ in: facts added, removed, and changed attribute by attribute.
#pragma once
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "schema/snapshot.hpp"

namespace schema {

struct AttributeChange {
  std::string name;
  std::optional<std::string> before, after;
};

struct FactChange {
  Fact before, after;
  std::vector<AttributeChange> attributes;
};

/// Values of their own, so they outlive the snapshots.
struct Difference {
  std::vector<Fact> added, removed;
  std::vector<FactChange> changed;

  bool empty() const { return added.empty() && removed.empty() && changed.empty(); }
};

/// Attributes that follow from others are not compared. Where the columns that both have stand in another order, their
/// table is changed in "column order".
Difference compare(const Snapshot& before, const Snapshot& after);

/// {"kind","identity","name","parent":{"kind","identity"}|null,"attributes":{...}}; attributes without a value are left
/// out.
nlohmann::ordered_json to_json(const Fact& fact);
/// {"added":[fact],"removed":[fact],"changed":[{fact of after,"before":{all attributes},"changes":[{"attribute",
/// "before","after"}]}]}
nlohmann::ordered_json to_json(const Difference& difference);

}  // namespace schema
