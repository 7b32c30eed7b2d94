// A run-book as Markdown, as text and as JSON.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "migrate/run_book.hpp"

namespace migrate {

using Kind = RunBookBlock::Kind;

namespace {

/// Code between fences that are longer than any in it.
std::string fenced(const std::string& code) {
  std::string fence = "```";
  while (code.find(fence) != std::string::npos) fence += '`';
  return fmt::format("{}\n{}\n{}\n", fence, code, fence);
}

}  // namespace

std::string run_book_markdown(const RunBook& book) {
  std::string out = fmt::format("# Run-book: {}\n", book.title);
  for (const RunBookSection& section : book.sections) {
    out += fmt::format("\n## {}\n", section.title);
    bool was_list = false;
    for (const RunBookBlock& block : section.blocks) {
      const bool is_list = block.kind == Kind::item || block.kind == Kind::task;
      if (!is_list || !was_list) out += "\n";
      was_list = is_list;
      switch (block.kind) {
        case Kind::text: out += block.text + "\n"; break;
        case Kind::heading: out += fmt::format("### {}\n", block.text); break;
        case Kind::item: out += fmt::format("- {}\n", base::replace_all(block.text, "\n", "\n  ")); break;
        case Kind::task: out += fmt::format("- [ ] {}\n", base::replace_all(block.text, "\n", "\n  ")); break;
        case Kind::command: out += fenced(block.text); break;
      }
    }
  }
  return out;
}

std::string run_book_text(const RunBook& book) {
  std::string out = fmt::format("Run-book: {}\n", book.title);
  for (const RunBookSection& section : book.sections) {
    out += fmt::format("\n{}\n{}\n", base::upper(section.title), std::string(section.title.size(), '-'));
    for (const RunBookBlock& block : section.blocks) {
      const std::string text = base::replace_all(block.text, "\n", "\n      ");
      switch (block.kind) {
        case Kind::text: out += fmt::format("  {}\n", base::replace_all(block.text, "\n", "\n  ")); break;
        case Kind::heading: out += fmt::format("  {}\n", text); break;
        case Kind::item: out += fmt::format("  - {}\n", text); break;
        case Kind::task: out += fmt::format("  [ ] {}\n", text); break;
        case Kind::command: out += fmt::format("      {}\n", text); break;
      }
    }
  }
  return out;
}

nlohmann::ordered_json to_json(const RunBook& book) {
  static constexpr const char* names[] = {"text", "heading", "item", "task", "command"};
  nlohmann::ordered_json json = {{"schema_version", 1},
                                 {"revision", book.revision},
                                 {"title", book.title},
                                 {"applied", book.is_applied},
                                 {"sections", nlohmann::ordered_json::array()},
                                 {"steps", nlohmann::ordered_json::array()}};
  for (const RunBookSection& section : book.sections) {
    nlohmann::ordered_json blocks = nlohmann::ordered_json::array();
    for (const RunBookBlock& block : section.blocks)
      blocks.push_back({{"kind", names[static_cast<int>(block.kind)]}, {"text", block.text}});
    json["sections"].push_back({{"title", section.title}, {"blocks", std::move(blocks)}});
  }
  for (const RunBookStep& step : book.steps) json["steps"].push_back({{"name", step.name}, {"command", step.command}});
  return json;
}

}  // namespace migrate
