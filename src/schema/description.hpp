// A relation or a type in full, as psql's \d shows it.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "schema/relation.hpp"

namespace schema {

struct DescribedColumn {
  std::string name, type, collation, default_value;
  bool not_null = false;
};

/// A line of a section; `name` is what it is about, `text` the line as psql prints it.
struct DescribedItem {
  std::string name, text;
};

struct DescribedSection {
  /// "foreign_keys", for JSON.
  const char* key;
  /// "Foreign-key constraints".
  const char* title;
  std::vector<DescribedItem> items;
};

struct Description {
  /// "Table", "Partitioned table", "View", "Sequence", "Index", "Composite type", "Enum type" ...
  std::string kind, schema, name;
  /// A table of another shape than columns, such as that of a sequence or an index; `headings` is empty otherwise.
  std::vector<std::string> headings;
  std::vector<std::vector<std::string>> rows;
  std::vector<DescribedColumn> columns;
  /// Lines between the table and the sections: "Partition of: ...", "Owned by: ...".
  std::vector<DescribedItem> facts;
  std::vector<DescribedSection> sections;
};

/// Names are looked up by the session's search_path. Throws code::unknown_relation.
Description describe(postgres::Session& session, const std::string& name);

}  // namespace schema
