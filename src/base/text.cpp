// Splitting, cases, plurals, sizes and slugs.
#include "base/text.hpp"

#include <locale.h>
#include <wctype.h>

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "base/utf8.hpp"

namespace base {

std::vector<std::string> split(std::string_view text, char separator) {
  std::vector<std::string> parts;
  for (std::size_t start = 0;;) {
    const std::size_t end = text.find(separator, start);
    parts.emplace_back(text.substr(start, end - start));
    if (end == std::string_view::npos) return parts;
    start = end + 1;
  }
}

std::string join(const std::vector<std::string>& parts, std::string_view separator) {
  std::string out;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (i > 0) out += separator;
    out += parts[i];
  }
  return out;
}

std::string_view trim(std::string_view text) {
  constexpr std::string_view blanks = " \t\r\n\f\v";
  const std::size_t start = text.find_first_not_of(blanks);
  if (start == std::string_view::npos) return {};
  return text.substr(start, text.find_last_not_of(blanks) - start + 1);
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return out;
}

std::string upper(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  return out;
}

std::string replace_all(std::string text, std::string_view from, std::string_view to) {
  if (from.empty()) return text;
  std::size_t found = text.find(from);
  if (found == std::string::npos) return text;
  std::string out;
  std::size_t copied = 0;
  for (; found != std::string::npos; found = text.find(from, copied)) {
    out.append(text, copied, found - copied).append(to);
    copied = found + from.size();
  }
  return out.append(text, copied);
}

std::string pad_right(std::string text, std::size_t width) {
  const std::size_t taken = display_width(text);
  if (taken < width) text.append(width - taken, ' ');
  return text;
}

std::string count_of(long long count, std::string_view singular, std::string_view plural) {
  std::string out = std::to_string(count) + " ";
  if (count == 1) return out.append(singular);
  if (!plural.empty()) return out.append(plural);
  return out.append(singular).append("s");
}

std::string human_size(unsigned long long bytes) {
  if (bytes < 1024) return std::to_string(bytes);
  // As ls does, sizes are rounded up and keep one decimal below ten.
  unsigned long long unit = 1024;
  std::size_t name = 0;
  constexpr std::string_view names = "KMGTPE";
  const auto whole_units = [&] { return bytes / unit + (bytes % unit != 0 ? 1 : 0); };
  while (whole_units() >= 1024 && name + 1 < names.size()) unit *= 1024, ++name;
  const unsigned long long tenths = bytes / unit * 10 + (bytes % unit * 10 + unit - 1) / unit;
  std::string out =
      tenths < 100 ? std::to_string(tenths / 10) + "." + std::to_string(tenths % 10) : std::to_string(whole_units());
  return out + names[name];
}

std::string human_duration(double milliseconds) {
  char text[64];
  if (milliseconds < 0.95) {
    std::snprintf(text, sizeof text, "%.1f ms", milliseconds < 0 ? 0 : milliseconds);
  } else if (milliseconds < 999.5) {
    std::snprintf(text, sizeof text, "%.0f ms", milliseconds);
  } else if (milliseconds < 59950) {
    std::snprintf(text, sizeof text, "%.1f s", milliseconds / 1000);
  } else {
    const auto seconds = std::llround(milliseconds / 1000);
    if (seconds < 3600)
      std::snprintf(text, sizeof text, "%lld min %lld s", seconds / 60, seconds % 60);
    else
      std::snprintf(text, sizeof text, "%lld h %lld min", seconds / 3600, seconds % 3600 / 60);
  }
  return text;
}

namespace {

/// The character classes of Unicode, whatever the user's locale is; null where the C library has no C.UTF-8.
locale_t unicode_locale() {
  static const locale_t one = newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr);
  return one;
}

bool is_word(char32_t c) {
  if (c < 0x80) return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_';
  const locale_t unicode = unicode_locale();
  return unicode ? iswalnum_l(static_cast<wint_t>(c), unicode) != 0 : c != utf8::replacement;
}

char32_t lowered(char32_t c) {
  if (c < 0x80) return c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c;
  const locale_t unicode = unicode_locale();
  return unicode ? static_cast<char32_t>(towlower_l(static_cast<wint_t>(c), unicode)) : c;
}

}  // namespace

std::string slug(std::string_view title, std::size_t limit) {
  std::u32string out;
  bool gap = false;
  for (std::size_t at = 0; at < title.size();) {
    const char32_t c = utf8::next(title, at);
    if (!is_word(c)) {
      gap = !out.empty();
      continue;
    }
    if (gap) out += U'_';
    gap = false;
    out += lowered(c);
  }
  if (out.size() > limit) {
    out.resize(limit);
    out.resize(std::min(out.rfind(U'_'), out.size()));
    out += U'_';
  }
  std::string text;
  for (const char32_t c : out) utf8::append(text, c);
  return text;
}

namespace {

bool is_hex(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }

}  // namespace

std::string percent_encoded(std::string_view text) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
                       c == '.' || c == '_' || c == '~';
    if (plain)
      out += c;
    else
      ((out += '%') += digits[byte >> 4]) += digits[byte & 15];
  }
  return out;
}

std::string percent_decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size() && is_hex(text[i + 1]) && is_hex(text[i + 2])) {
      out += static_cast<char>(std::stoi(std::string(text.substr(i + 1, 2)), nullptr, 16));
      i += 2;
    } else {
      out += text[i];
    }
  }
  return out;
}

}  // namespace base
