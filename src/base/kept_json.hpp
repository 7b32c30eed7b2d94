// JSON that waxwing wrote and reads back. Others may have had the row or the file in their hands meanwhile, so whatever
// is in it must end in an error that says so.
#pragma once
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "base/error.hpp"

namespace base {

/// Is it nested deeper than anything of ours? Copying and writing such JSON would take a frame of the stack for each
/// level.
bool is_nested_too_deeply(std::string_view json);

/// `what` is "the journal's record of a statement".
Error damaged_record(const ErrorCode& error_code, const std::string& what, const std::string& why);

/// An integer in it. What nlohmann's get() makes of a fraction, or of a number beyond all integers, is not defined.
template <class Integer, class Json>
Integer kept_integer(const Json& value) {
  if (!value.is_number_integer())
    throw Json::type_error::create(302, std::string("type must be integer, but is ") + value.type_name(), &value);
  return value.template get<Integer>();
}

/// What `read` makes of the text. Throws an error with this code when it is no JSON, or not what `read` expects.
template <class Json = nlohmann::json, class Read>
auto read_kept_json(std::string_view text, const ErrorCode& error_code, const std::string& what, Read read) {
  if (is_nested_too_deeply(text)) throw damaged_record(error_code, what, "it is nested too deeply");
  try {
    return read(Json::parse(text));
  } catch (const nlohmann::json::exception& error) {
    throw damaged_record(error_code, what, error.what());
  }
}

}  // namespace base
