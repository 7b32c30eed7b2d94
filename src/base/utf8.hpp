// UTF-8 read and written one code point at a time.
#pragma once
#include <string>
#include <string_view>

namespace base::utf8 {

/// What a byte that is not UTF-8 reads as.
inline constexpr char32_t replacement = 0xFFFD;

/// Reads the code point at `at` and moves behind it; one wrong byte is read as `replacement`. `at` must be inside
/// `text`.
char32_t next(std::string_view text, std::size_t& at);
void append(std::string& out, char32_t code_point);

}  // namespace base::utf8
