// Facts are matched by kind and identity; renames are the differ's to find.
#include "schema/difference.hpp"

#include <nlohmann/json.hpp>

namespace schema {

namespace {

std::vector<AttributeChange> changes_between(const Fact& before, const Fact& after) {
  std::vector<AttributeChange> changes;
  for (std::size_t i = 0; i < before.values.size(); ++i) {
    const AttributeType& type = before.kind->attributes[i];
    if (!type.is_derived && before.values[i] != after.values[i])
      changes.push_back({type.name, before.values[i], after.values[i]});
  }
  return changes;
}

/// The names of the children that both sides have, as one side orders them.
std::string common_order(const std::vector<const Fact*>& children, const Snapshot& other) {
  nlohmann::json names = nlohmann::json::array();
  for (const Fact* child : children)
    if (other.find(child->kind->name, child->identity)) names.push_back(child->name);
  return names.dump();
}

/// Columns of a table, attributes of a type.
void compare_order(const Snapshot& before, const Snapshot& after, const Fact& parent,
                   std::vector<AttributeChange>& changes) {
  for (const Kind* kind : all_kinds()) {
    if (!kind->is_ordered) continue;
    const std::string was = common_order(before.children(parent.kind->name, parent.identity, kind->name), after);
    const std::string is = common_order(after.children(parent.kind->name, parent.identity, kind->name), before);
    if (was != is) changes.push_back({std::string(kind->name) + " order", was, is});
  }
}

nlohmann::ordered_json attributes_json(const Fact& fact) {
  nlohmann::ordered_json json = nlohmann::ordered_json::object();
  for (std::size_t i = 0; i < fact.values.size(); ++i)
    if (fact.values[i]) json[fact.kind->attributes[i].name] = *fact.values[i];
  return json;
}

}  // namespace

Difference compare(const Snapshot& before, const Snapshot& after) {
  Difference difference;
  for (const Fact& fact : after.facts())
    if (!before.find(fact.kind->name, fact.identity)) difference.added.push_back(fact);
  for (const Fact& fact : before.facts()) {
    const Fact* now = after.find(fact.kind->name, fact.identity);
    if (!now) {
      difference.removed.push_back(fact);
      continue;
    }
    std::vector<AttributeChange> changes = changes_between(fact, *now);
    compare_order(before, after, fact, changes);
    if (!changes.empty()) difference.changed.push_back({fact, *now, std::move(changes)});
  }
  return difference;
}

nlohmann::ordered_json to_json(const Fact& fact) {
  nlohmann::ordered_json json = {
      {"kind", fact.kind->name}, {"identity", fact.identity}, {"name", fact.name}, {"parent", nullptr}};
  if (fact.parent_kind) json["parent"] = {{"kind", fact.parent_kind->name}, {"identity", fact.parent}};
  json["attributes"] = attributes_json(fact);
  return json;
}

nlohmann::ordered_json to_json(const Difference& difference) {
  nlohmann::ordered_json json = {{"added", nlohmann::ordered_json::array()},
                                 {"removed", nlohmann::ordered_json::array()},
                                 {"changed", nlohmann::ordered_json::array()}};
  const auto text = [](const std::optional<std::string>& value) {
    return value ? nlohmann::ordered_json(*value) : nlohmann::ordered_json(nullptr);
  };
  for (const Fact& fact : difference.added) json["added"].push_back(to_json(fact));
  for (const Fact& fact : difference.removed) json["removed"].push_back(to_json(fact));
  for (const FactChange& change : difference.changed) {
    nlohmann::ordered_json entry = to_json(change.after);
    entry["before"] = attributes_json(change.before);
    entry["changes"] = nlohmann::ordered_json::array();
    for (const AttributeChange& each : change.attributes)
      entry["changes"].push_back(
          {{"attribute", each.name}, {"before", text(each.before)}, {"after", text(each.after)}});
    json["changed"].push_back(std::move(entry));
  }
  return json;
}

}  // namespace schema
