// Runs every *.transcript of this folder.
#include <algorithm>
#include <filesystem>

#include "support/catch.hpp"
#include "support/transcript.hpp"

namespace fs = std::filesystem;

TEST_CASE("commands print what their transcripts say", "[transcripts]") {
  std::vector<std::string> files;
  for (const fs::directory_entry& entry : fs::directory_iterator(fs::path(WAXWING_SOURCE_DIR) / "tests/transcripts"))
    if (entry.path().extension() == ".transcript") files.push_back(entry.path().string());
  std::sort(files.begin(), files.end());
  REQUIRE(!files.empty());
  for (const std::string& file : files) {
    DYNAMIC_SECTION(fs::path(file).stem().string()) {
      const std::string difference = tests::run_transcript(file);
      INFO(difference);
      CHECK(difference.empty());
    }
  }
}

TEST_CASE("the output of a transcript is compared line by line", "[transcripts]") {
  CHECK(tests::fits({"a", "b"}, {"a", "b"}));
  CHECK_FALSE(tests::fits({"a", "b"}, {"a"}));
  CHECK_FALSE(tests::fits({"a"}, {"a", "b"}));
  CHECK(tests::fits({"took {{any}} ms"}, {"took 12 ms"}));
  CHECK_FALSE(tests::fits({"took {{any}} ms"}, {"took 12 s"}));
  CHECK(tests::fits({"a", "...", "z"}, {"a", "b", "c", "z"}));
  CHECK(tests::fits({"...", "z"}, {"z"}));
  CHECK_FALSE(tests::fits({"...", "z"}, {"z", "y"}));
}
