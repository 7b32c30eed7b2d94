// Catch2, version 2 or 3, from one include.
#pragma once
#if __has_include(<catch2/catch_all.hpp>)
#include <catch2/catch_all.hpp>
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::EndsWith;
using Catch::Matchers::Equals;
using Catch::Matchers::StartsWith;
#else
#include <catch2/catch.hpp>
#include <string>
using Catch::Matchers::EndsWith;
using Catch::Matchers::Equals;
using Catch::Matchers::StartsWith;
inline auto ContainsSubstring(const std::string& text,
                              Catch::CaseSensitive::Choice sensitive = Catch::CaseSensitive::Yes) {
  return Catch::Matchers::Contains(text, sensitive);
}
#endif
