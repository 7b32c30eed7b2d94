// Parses with libpg_query and reads its JSON.
#include "postgres/parse_tree.hpp"

#include <pg_query.h>

#include <algorithm>
#include <memory>

namespace postgres::tree {

using nlohmann::json;

namespace {

const json nothing = json::object();

using Parsed = std::unique_ptr<PgQueryParseResult, void (*)(PgQueryParseResult*)>;

Parsed parse(std::string_view statement) {
  return {new PgQueryParseResult(pg_query_parse(std::string(statement).c_str())), [](PgQueryParseResult* result) {
            pg_query_free_parse_result(*result);
            delete result;
          }};
}

}  // namespace

const json& member(const json& node, const char* name) {
  const auto found = node.find(name);
  return found == node.end() ? nothing : *found;
}

bool is_set(const json& node, const char* name) {
  const json& value = member(node, name);
  return value.is_boolean() && value.get<bool>();
}

std::string text(const json& node, const char* name) {
  const json& value = member(node, name);
  return value.is_string() ? value.get<std::string>() : std::string();
}

std::size_t location(const json& node) {
  const json& value = member(node, "location");
  return value.is_number_unsigned() ? value.get<std::size_t>() : 0;
}

std::vector<std::string> texts(const json& list) {
  std::vector<std::string> found;
  for (const json& each : list) found.push_back(text(member(each, "String"), "sval"));
  return found;
}

bool has_node(const json& node, std::initializer_list<std::string_view> types) {
  if (node.is_object())
    for (const auto& [name, child] : node.items())
      if (std::find(types.begin(), types.end(), name) != types.end() || has_node(child, types)) return true;
  if (node.is_array())
    for (const json& child : node)
      if (has_node(child, types)) return true;
  return false;
}

std::string parsed_text(std::string_view sql) {
  const Parsed parsed = parse(sql);
  return parsed->error ? std::string() : parsed->parse_tree;
}

std::pair<std::string, json> only_node(std::string_view statement) {
  const std::string tree_text = parsed_text(statement);
  if (tree_text.empty()) return {};
  json parse_tree = json::parse(tree_text, nullptr, false);
  const json& statements = member(parse_tree, "stmts");
  if (statements.size() != 1) return {};
  const json& node = member(statements.front(), "stmt");
  if (node.size() != 1) return {};
  return {node.begin().key(), *node.begin()};
}

}  // namespace postgres::tree
