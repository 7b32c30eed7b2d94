// Is a line SQL rather than Lua, and has it come to its end?
#pragma once
#include <string>

namespace cli {

/// The first word in lower case, when it is one that a statement of SQL begins with and something other than "(", "."
/// or "=" follows; else empty.
std::string sql_word(const std::string& text);
/// "begin", "commit" or "rollback" when the text is that statement; else empty.
std::string transaction_word(const std::string& text);
/// Does the text end with a semicolon, in no string and no comment, or with comments behind it?
bool is_finished_sql(const std::string& text);

}  // namespace cli
