// Stub, reference page and help of the operations.
#include "operations/documentation.hpp"

#include <fmt/core.h>

#include <algorithm>

#include "base/text.hpp"
#include "operations/operation_list.hpp"

namespace operations {

namespace {

/// "waxwing.column[]" names the class "waxwing.column".
std::string class_of(const FieldInfo& field) {
  const std::size_t start = field.lua_type.find("waxwing.");
  if (start == std::string::npos) return {};
  return field.lua_type.substr(start, field.lua_type.find_first_of("|[])", start) - start);
}

using Classes = std::vector<std::pair<std::string, std::vector<FieldInfo>>>;

/// Nested tables, each class once, the innermost first.
void collect_classes(const std::vector<FieldInfo>& fields, Classes& classes) {
  for (const FieldInfo& field : fields) {
    if (field.nested.empty()) continue;
    const std::string name = class_of(field);
    if (std::any_of(classes.begin(), classes.end(), [&](const auto& each) { return each.first == name; })) continue;
    collect_classes(field.nested, classes);
    classes.emplace_back(name, field.nested);
  }
}

std::string stub_fields(const std::vector<FieldInfo>& fields) {
  std::string text;
  for (const FieldInfo& field : fields)
    text += fmt::format("---@field {}{} {} {}\n", field.name, field.required ? "" : "?", field.lua_type, field.doc);
  return text;
}

/// How Markdown viewers make an anchor of a heading: without the dot.
std::string anchor(const std::string& class_name) { return base::replace_all(class_name, ".", ""); }

std::string table_rows(const std::vector<FieldInfo>& fields) {
  std::string text = "| key | type | |\n|---|---|---|\n";
  for (const FieldInfo& field : fields) {
    const std::string type = "`" + base::replace_all(field.lua_type, "|", "\\|") + "`";
    const std::string name = class_of(field);
    text += fmt::format("| `{}`{} | {} | {} |\n", field.name, field.required ? " *" : "",
                        name.empty() ? type : fmt::format("[{}](#{})", type, anchor(name)),
                        base::replace_all(field.doc, "|", "\\|"));
  }
  return text;
}

std::string help_rows(const std::vector<FieldInfo>& fields, std::size_t indent) {
  std::size_t width = 0;
  for (const FieldInfo& field : fields) width = std::max(width, field.name.size() + 2);
  std::string text;
  for (const FieldInfo& field : fields) {
    std::string type = base::replace_all(field.lua_type, "waxwing.", "");
    if (type.size() > 40) type = base::replace_all(base::replace_all(type, "\"", ""), "|", ", ");
    text += fmt::format("{}{}{}  ({})\n", std::string(indent, ' '),
                        base::pad_right(field.name + (field.required ? " *" : ""), width + 1), field.doc, type);
  }
  return text;
}

}  // namespace

std::string lua_stub() {
  std::string text =
      "---@meta\n-- Generated from the field lists of the operations. Do not edit.\n\n"
      "---The operations of a migration.\nop = {}\n";
  Classes classes;
  for (const OperationType* type : all_operations()) collect_classes(type->fields(), classes);
  for (const auto& [name, fields] : classes) text += fmt::format("\n---@class {}\n{}", name, stub_fields(fields));
  for (const OperationType* type : all_operations())
    text += fmt::format(
        "\n---@class waxwing.op.{0}\n{1}\n---{2}\n---```lua\n---{3}\n---```\n---@param args waxwing.op.{0}\nfunction "
        "op.{0}(args) end\n",
        type->name(), stub_fields(type->fields()), type->summary(), base::replace_all(type->example(), "\n", "\n---"));
  return text;
}

std::string reference_markdown() {
  std::string text =
      "# Operations\n\nGenerated from the field lists of the operations; `waxwing help op NAME` shows the same. "
      "A key with * is required.\n\nNames are written as they are: `table = \"app.orders\"` is a table with a dot in "
      "its name, "
      "so a schema has its own key. Where a key takes an SQL expression a text needs its quotes: `default = "
      "\"'draft'\"`, "
      "`default = \"now()\"`, `default = 0`.\n";
  Classes classes;
  for (const OperationGroup& group : operation_groups()) {
    text += fmt::format("\n## {}\n", group.title);
    for (const OperationType* type : group.operations) {
      text += fmt::format("\n### op.{}\n\n{}\n\n```lua\n{}\n```\n\n{}", type->name(), type->summary(), type->example(),
                          table_rows(type->fields()));
      collect_classes(type->fields(), classes);
    }
  }
  text += "\n## Tables within tables\n";
  for (const auto& [name, fields] : classes) text += fmt::format("\n### {}\n\n{}", name, table_rows(fields));
  return text;
}

std::string help_text(const OperationType& type) {
  std::string text =
      fmt::format("op.{}\n{}\n\nKeys (* required):\n{}", type.name(), type.summary(), help_rows(type.fields(), 2));
  Classes classes;
  collect_classes(type.fields(), classes);
  for (const auto& [name, fields] : classes)
    text += fmt::format("\nKeys of a {}:\n{}", base::replace_all(base::replace_all(name, "waxwing.", ""), "_", " "),
                        help_rows(fields, 2));
  return text + fmt::format("\nExample:\n  {}\n", base::replace_all(type.example(), "\n", "\n  "));
}

}  // namespace operations
