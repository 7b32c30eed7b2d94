// Small things with text: splitting, cases, widths, plurals, did-you-mean.
#pragma once
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

namespace base {

std::vector<std::string> split(std::string_view text, char separator);
std::string join(const std::vector<std::string>& parts, std::string_view separator);
std::string_view trim(std::string_view text);
/// ASCII only: identifiers and keywords, never a user's data.
std::string lower(std::string_view text);
std::string upper(std::string_view text);
std::string replace_all(std::string text, std::string_view from, std::string_view to);

/// Columns the text takes on a terminal: code points, wide ones twice, combining ones not at all.
std::size_t display_width(std::string_view utf8);
std::string pad_right(std::string text, std::size_t width);
bool is_valid_utf8(std::string_view bytes);

/// "1 book", "2 books"; `plural` where adding an s is wrong.
std::string count_of(long long count, std::string_view singular, std::string_view plural = {});
/// "87K", "1.4G", as `ls -h` writes sizes.
std::string human_size(unsigned long long bytes);
/// "640 ms", "1.4 s", "2 min 5 s".
std::string human_duration(double milliseconds);

/// For the user, password, name and value parts of a URI: all but letters, digits and "-._~" become %XX.
std::string percent_encoded(std::string_view text);
/// Leaves "%" where no two hex digits follow.
std::string percent_decoded(std::string_view text);

/// The candidate that `word` is most likely meant to be; empty when none is near (edit distance, and known false
/// friends such as "nullable" for "not_null").
std::string did_you_mean(std::string_view word, const std::vector<std::string>& candidates);
/// `; did you mean "x"?` or nothing.
std::string did_you_mean_suffix(std::string_view word, const std::vector<std::string>& candidates);

/// A title as part of a file name, as Alembic makes it: lower case, words joined by "_", cut at the last "_" before
/// `limit` characters.
std::string slug(std::string_view title, std::size_t limit = 40);

}  // namespace base
