// Tables and columns as they are now, in one JSON value, to be kept and asked later: schema.at() of scripts.
#pragma once
#include <string>

namespace schema {

/// SQL for a jsonb: {"tables":[{"schema","name","kind","columns":[{"name","type","not_null","default","identity",
/// "generated","comment"}]}]}, where kind is "table" or "view". System schemas and the ledger's are left out; NULL
/// where there are more than 20,000 columns, which would be too much to keep.
std::string columns_json_sql(const std::string& ledger_schema);

}  // namespace schema
