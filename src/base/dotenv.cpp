// The reader of .env files.
#include "base/dotenv.hpp"

#include <cstdlib>

#include "base/error.hpp"
#include "base/files.hpp"
#include "base/secrets.hpp"
#include "base/text.hpp"

namespace base {

namespace {

bool is_name_character(char c, bool first) {
  return c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
         (!first && ((c >= '0' && c <= '9') || c == '.' || c == '-'));
}

class DotenvReader {
 public:
  DotenvReader(std::string text, const std::string& path) : text_(std::move(text)), path_(path) {}

  std::map<std::string, std::string> read() {
    while (at_ < text_.size()) read_line();
    return std::move(values_);
  }

 private:
  char here() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  void skip_blanks() {
    while (here() == ' ' || here() == '\t') ++at_;
  }
  void skip_line() { at_ = std::min(text_.find('\n', at_), text_.size() - 1) + 1, ++line_; }

  Error bad_line(int line, std::string reason) const {
    return Error(code::bad_config, "cannot read " + path_)
        .at(path_ + ":" + std::to_string(line))
        .because(std::move(reason))
        .advise("write it as NAME=value");
  }

  std::string read_name() {
    const std::size_t start = at_;
    while (at_ < text_.size() && is_name_character(text_[at_], at_ == start)) ++at_;
    return text_.substr(start, at_ - start);
  }

  void read_line() {
    skip_blanks();
    if (here() == '\n' || here() == '#' || at_ == text_.size()) return skip_line();
    std::string name = read_name();
    if (name == "export" && (here() == ' ' || here() == '\t')) {
      skip_blanks();
      name = read_name();
    }
    skip_blanks();
    if (name.empty()) throw bad_line(line_, "the line does not start with a name");
    if (here() != '=') throw bad_line(line_, "there is no '=' after " + name);
    ++at_;
    skip_blanks();
    std::string value = here() == '\'' || here() == '"' ? read_quoted(name) : read_plain();
    if (is_secret_name(name)) register_secret(value);
    values_[name] = std::move(value);
  }

  std::string read_plain() {
    std::string_view value = std::string_view(text_).substr(at_, text_.find('\n', at_) - at_);
    for (std::size_t i = 0; i < value.size(); ++i)
      if (value[i] == '#' && (i == 0 || value[i - 1] == ' ' || value[i - 1] == '\t')) value = value.substr(0, i);
    std::string out = expanded(trim(value));
    skip_line();
    return out;
  }

  std::string read_quoted(const std::string& name) {
    const char quote = text_[at_++];
    const int start_line = line_;
    std::string out;
    while (here() != quote) {
      if (at_ == text_.size()) throw bad_line(start_line, "the quote of " + name + " is not closed");
      char c = text_[at_++];
      if (c == '\n') ++line_;
      if (c == '\\' && quote == '"' && at_ < text_.size()) {
        c = text_[at_++];
        if (c == 'n')
          c = '\n';
        else if (c == 't')
          c = '\t';
        else if (c == 'r')
          c = '\r';
        else if (c != '"' && c != '\\' && c != '$')
          out += '\\';
        out += c;
        continue;
      }
      if (c == '$' && quote == '"' && here() == '{') {
        const std::size_t end = text_.find('}', at_);
        if (end != std::string::npos) {
          out += expanded(std::string_view(text_).substr(at_ - 1, end - at_ + 2));
          at_ = end + 1;
          continue;
        }
      }
      out += c;
    }
    ++at_;
    skip_blanks();
    if (here() != '\n' && here() != '#' && at_ != text_.size())
      throw bad_line(line_, "there is text after the closing quote of " + name);
    skip_line();
    return out;
  }

  std::string expanded(std::string_view value) const {
    std::string out;
    for (std::size_t copied = 0;;) {
      const std::size_t start = value.find("${", copied);
      const std::size_t end = start == std::string_view::npos ? start : value.find('}', start);
      out.append(value.substr(copied, end == std::string_view::npos ? end : start - copied));
      if (end == std::string_view::npos) return out;
      const std::string_view inside = value.substr(start + 2, end - start - 2);
      const std::size_t dash = inside.find(":-");
      const std::string name(inside.substr(0, dash));
      const auto known = values_.find(name);
      const char* inherited = std::getenv(name.c_str());
      if (known != values_.end())
        out += known->second;
      else if (inherited)
        out += inherited;
      else
        out += dash == std::string_view::npos ? value.substr(start, end - start + 1) : inside.substr(dash + 2);
      copied = end + 1;
    }
  }

  std::string text_;
  const std::string& path_;
  std::map<std::string, std::string> values_;
  std::size_t at_ = 0;
  int line_ = 1;
};

}  // namespace

std::map<std::string, std::string> parse_dotenv(std::string_view text, const std::string& path) {
  return DotenvReader(normal_form(text), path).read();
}

}  // namespace base
