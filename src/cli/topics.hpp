// Help texts that belong to no single command.
#pragma once
#include <string_view>
#include <vector>

namespace cli {

struct Topic {
  const char* name;
  const char* text;
};
const std::vector<Topic>& all_topics();
const Topic* find_topic(std::string_view name);

}  // namespace cli
