// Questions about the catalogue that scripts and checks ask, as one list of queries.
#pragma once
#include <vector>

namespace schema {

enum class Answer {
  value,  // the first field
  list,   // the first field of each row
  rows,   // each row as a table
};

/// `sql` takes `names` text parameters and then, when `takes_schema`, the schema or NULL for "by search_path".
struct Question {
  const char* name;
  const char* usage;
  const char* doc;
  int names;
  bool takes_schema;
  Answer answer;
  const char* sql;
};

const std::vector<Question>& all_questions();

}  // namespace schema
