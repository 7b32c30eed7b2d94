// libpg_query's parse trees, which it hands out as JSON: reading members that may be absent.
#pragma once
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace postgres::tree {

/// An empty object when there is none.
const nlohmann::json& member(const nlohmann::json& node, const char* name);
bool is_set(const nlohmann::json& node, const char* name);
std::string text(const nlohmann::json& node, const char* name);
/// Byte offset into the statement; libpg_query leaves out zeros.
std::size_t location(const nlohmann::json& node);
/// A list of String nodes.
std::vector<std::string> texts(const nlohmann::json& list);

/// Does a node of one of these types stand anywhere below?
bool has_node(const nlohmann::json& node, std::initializer_list<std::string_view> types);

/// The tree of one statement or several as JSON text; empty when the grammar cannot read it.
std::string parsed_text(std::string_view sql);
/// The node of the only statement and its type; an empty type when the grammar cannot read it.
std::pair<std::string, nlohmann::json> only_node(std::string_view statement);

}  // namespace postgres::tree
