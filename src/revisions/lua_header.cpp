// Reads `migration { ... }` out of a Lua file by its tokens, without running anything.
#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <variant>

#include "base/error.hpp"
#include "base/text.hpp"
#include "base/utf8.hpp"
#include "revisions/header.hpp"
#include "revisions/warnings.hpp"

namespace revisions {

using base::Error;
namespace code = base::code;

namespace {

/// What follows `key =`: a string, a list of strings, nil or a boolean, or something that only running the file can
/// tell.
struct Computed {};
struct Nil {};
using Literal = std::variant<Computed, Nil, bool, std::string, std::vector<std::string>>;

/// A cursor over Lua text that knows comments and strings.
class Scanner {
 public:
  Scanner(std::string_view text, const std::string& path) : text_(text), path_(path) {}

  bool done() const { return at_ >= text_.size(); }
  char peek(std::size_t ahead = 0) const { return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0'; }
  std::size_t position() const { return at_; }
  void go_to(std::size_t position) { at_ = position; }
  void advance(std::size_t count = 1) { at_ = std::min(at_ + count, text_.size()); }
  int line() const { return line_at(at_); }
  int line_at(std::size_t position) const {
    return 1 + static_cast<int>(std::count(text_.begin(), text_.begin() + static_cast<std::ptrdiff_t>(position), '\n'));
  }

  void skip_blank() {
    while (!done()) {
      if (std::isspace(static_cast<unsigned char>(peek())))
        advance();
      else if (peek() == '-' && peek(1) == '-')
        skip_comment();
      else
        return;
    }
  }

  void skip_comment() {
    advance(2);
    if (peek() == '[' && long_bracket_level() >= 0) {
      read_long_string();
      return;
    }
    while (!done() && peek() != '\n') advance();
  }

  bool at_string() const { return peek() == '"' || peek() == '\'' || long_bracket_level() >= 0; }
  std::string read_string() { return long_bracket_level() >= 0 ? read_long_string() : read_quoted(); }

  bool at_name() const { return std::isalpha(static_cast<unsigned char>(peek())) || peek() == '_'; }
  std::string_view read_name() {
    const std::size_t start = at_;
    while (std::isalnum(static_cast<unsigned char>(peek())) || peek() == '_') advance();
    return text_.substr(start, at_ - start);
  }

  [[noreturn]] void fail(std::string what) const {
    throw Error(code::bad_header, std::move(what)).at(fmt::format("{}:{}", path_, line()));
  }

 private:
  /// 0 for [[, 1 for [=[ and so on; -1 when no long bracket begins here.
  int long_bracket_level() const {
    if (peek() != '[') return -1;
    std::size_t equals = 1;
    while (peek(equals) == '=') ++equals;
    return peek(equals) == '[' ? static_cast<int>(equals) - 1 : -1;
  }

  std::string read_long_string() {
    const int level = long_bracket_level();
    const std::size_t start = at_;
    advance(static_cast<std::size_t>(level) + 2);
    if (peek() == '\r') advance();
    if (peek() == '\n') advance();
    const std::string closing = "]" + std::string(static_cast<std::size_t>(level), '=') + "]";
    const std::size_t end = text_.find(closing, at_);
    if (end == std::string_view::npos)
      throw Error(code::script_syntax, "a long string or comment is not closed")
          .at(fmt::format("{}:{}", path_, line_at(start)));
    std::string value(text_.substr(at_, end - at_));
    at_ = end + closing.size();
    return value;
  }

  std::string read_quoted() {
    const char quote = peek();
    advance();
    std::string value;
    while (peek() != quote) {
      if (done() || peek() == '\n') fail("a string is not closed");
      if (peek() != '\\') {
        value += peek();
        advance();
        continue;
      }
      advance();
      read_escape(value);
    }
    advance();
    return value;
  }

  void read_escape(std::string& value) {
    const char c = peek();
    static constexpr std::string_view letters = "abfnrtv", meanings = "\a\b\f\n\r\t\v";
    if (const std::size_t known = letters.find(c); known != std::string_view::npos && c != '\0') {
      value += meanings[known];
      advance();
    } else if (c == 'x') {
      value += static_cast<char>(std::strtol(std::string(text_.substr(at_ + 1, 2)).c_str(), nullptr, 16));
      advance(3);
    } else if (c == 'u' && peek(1) == '{') {
      const std::size_t end = std::min(text_.find('}', at_), text_.size());
      base::utf8::append(value, static_cast<char32_t>(std::strtoul(
                                    std::string(text_.substr(at_ + 2, end - at_ - 2)).c_str(), nullptr, 16)));
      advance(end + 1 - at_);
    } else if (c == '\r') {
      value += '\n';
      advance(peek(1) == '\n' ? 2 : 1);
    } else if (c == 'z') {
      advance();
      while (std::isspace(static_cast<unsigned char>(peek()))) advance();
    } else if (std::isdigit(static_cast<unsigned char>(c))) {
      int number = 0;
      for (int digits = 0; digits < 3 && std::isdigit(static_cast<unsigned char>(peek())); ++digits, advance())
        number = number * 10 + (peek() - '0');
      value += static_cast<char>(number);
    } else {
      value += c;
      advance();
    }
  }

  std::string_view text_;
  const std::string& path_;
  std::size_t at_ = 0;
};

/// Moves behind a value of any shape, up to the "," or ";" or "}" that ends it.
void skip_value(Scanner& scanner) {
  int depth = 0;
  for (scanner.skip_blank(); !scanner.done(); scanner.skip_blank()) {
    const char c = scanner.peek();
    if (depth == 0 && (c == ',' || c == ';' || c == '}')) return;
    if (scanner.at_string()) {
      scanner.read_string();
      continue;
    }
    if (scanner.at_name()) {
      const std::string_view word = scanner.read_name();
      // A function's body has commas of its own.
      if (word == "function" || word == "if" || word == "do") ++depth;
      if (word == "end") --depth;
      continue;
    }
    if (c == '{' || c == '(' || c == '[') ++depth;
    if (c == '}' || c == ')' || c == ']') --depth;
    scanner.advance();
  }
}

bool at_end_of_value(Scanner& scanner) {
  scanner.skip_blank();
  return scanner.peek() == ',' || scanner.peek() == ';' || scanner.peek() == '}';
}

/// Reads a literal; anything else is skipped over and told as Computed.
Literal read_literal(Scanner& scanner) {
  scanner.skip_blank();
  const std::size_t start = scanner.position();
  Literal value = Computed{};
  if (scanner.at_string()) {
    value = scanner.read_string();
  } else if (scanner.peek() == '{') {
    std::vector<std::string> list;
    bool literal = true;
    scanner.advance();
    for (scanner.skip_blank(); literal && scanner.peek() != '}'; scanner.skip_blank()) {
      if (!scanner.at_string()) {
        literal = false;
        break;
      }
      list.push_back(scanner.read_string());
      scanner.skip_blank();
      if (scanner.peek() == ',' || scanner.peek() == ';')
        scanner.advance();
      else if (scanner.peek() != '}')
        literal = false;
    }
    if (literal) {
      scanner.advance();
      value = std::move(list);
    }
  } else if (scanner.at_name()) {
    const std::string_view word = scanner.read_name();
    if (word == "nil") value = Nil{};
    if (word == "true" || word == "false") value = word == "true";
  }
  if (std::holds_alternative<Computed>(value) || !at_end_of_value(scanner)) {
    scanner.go_to(start);
    skip_value(scanner);
    return Computed{};
  }
  return value;
}

class HeaderReader {
 public:
  HeaderReader(std::string_view text, const std::string& path) : scanner_(text, path), text_(text) {
    revision_.path = path;
    revision_.format = Format::lua;
  }

  std::optional<Revision> read() {
    read_message();
    if (!find_call()) {
      // `migration(header)` and `local make = migration` are for Lua to work out.
      if (saw_word_) return std::nullopt;
      scanner_.fail("this file has no migration { ... }");
    }
    if (!read_table()) return std::nullopt;
    if (!has_id_) scanner_.fail("the migration has no revision id");
    find_irreversible();
    return std::move(revision_);
  }

 private:
  /// The first `---` line.
  void read_message() {
    std::size_t at = 0;
    while (at < text_.size()) {
      std::size_t end = text_.find('\n', at);
      if (end == std::string_view::npos) end = text_.size();
      const std::string_view line = base::trim(text_.substr(at, end - at));
      if (line.starts_with("---") && !line.starts_with("----")) {
        revision_.message = std::string(base::trim(line.substr(3)));
        return;
      }
      if (!line.empty() && !line.starts_with("--") && !line.starts_with("#!")) return;
      at = end + 1;
    }
  }

  /// Moves behind `migration {` or `migration({`.
  bool find_call() {
    if (text_.starts_with("#!"))
      while (!scanner_.done() && scanner_.peek() != '\n') scanner_.advance();
    char before = '\0';
    for (scanner_.skip_blank(); !scanner_.done(); scanner_.skip_blank()) {
      if (scanner_.at_string()) {
        scanner_.read_string();
        before = '"';
      } else if (scanner_.at_name()) {
        const bool is_field = before == '.' || before == ':';
        const bool is_call = scanner_.read_name() == "migration" && !is_field;
        before = 'a';
        if (!is_call) continue;
        saw_word_ = true;
        scanner_.skip_blank();
        if (scanner_.peek() == '(') scanner_.advance();
        scanner_.skip_blank();
        if (scanner_.peek() != '{') continue;
        scanner_.advance();
        return true;
      } else {
        before = scanner_.peek();
        scanner_.advance();
      }
    }
    return false;
  }

  /// False when a key that matters is computed.
  bool read_table() {
    for (scanner_.skip_blank(); scanner_.peek() != '}'; scanner_.skip_blank()) {
      if (scanner_.done()) scanner_.fail("the table of migration { ... } is not closed");
      if (!read_entry()) return false;
      scanner_.skip_blank();
      if (scanner_.peek() == ',' || scanner_.peek() == ';') scanner_.advance();
    }
    scanner_.advance();
    return true;
  }

  bool read_entry() {
    std::string key;
    const std::size_t start = scanner_.position();
    if (scanner_.at_name()) {
      key = std::string(scanner_.read_name());
    } else if (scanner_.peek() == '[') {
      scanner_.advance();
      scanner_.skip_blank();
      if (scanner_.at_string()) key = scanner_.read_string();
      scanner_.skip_blank();
      if (scanner_.peek() == ']') scanner_.advance();
    }
    scanner_.skip_blank();
    if (key.empty() || scanner_.peek() != '=' || scanner_.peek(1) == '=') {
      scanner_.go_to(start);
      skip_value(scanner_);
      return true;
    }
    scanner_.advance();
    const int line = scanner_.line_at(start);
    return take(key, line, read_literal(scanner_));
  }

  bool take(const std::string& key, int line, Literal value) {
    static constexpr std::string_view known[] = {"revision",    "revises",  "labels",   "depends_on",     "message",
                                                 "transaction", "breaking", "downtime", "backup_required"};
    if (std::find(std::begin(known), std::end(known), key) == std::end(known)) {
      refuse_misspelt_key(key, fmt::format("{}:{}", revision_.path, line));
      return true;
    }
    if (std::holds_alternative<Computed>(value)) return false;
    if (std::holds_alternative<Nil>(value)) return true;
    const std::string* text = std::get_if<std::string>(&value);
    const bool* is_set = std::get_if<bool>(&value);
    if (take_flag(revision_, key,
                  text     ? base::Value(*text)
                  : is_set ? base::Value(*is_set)
                           : base::Value(base::List())))
      return true;
    if (key == "revision") {
      if (!text || text->empty()) scanner_.fail("revision must be a string that is not empty");
      revision_.id = *text;
      has_id_ = true;
    } else if (key == "message") {
      if (!text) scanner_.fail("message must be a string");
      revision_.message = *text;
    } else if (key == "transaction") {
      if (!text || *text != "none") scanner_.fail("transaction can only be \"none\"");
      revision_.transactional = false;
    } else {
      std::vector<std::string>* list = std::get_if<std::vector<std::string>>(&value);
      if (!text && !list) scanner_.fail(fmt::format("{} must be a string or a list of strings", key));
      std::vector<std::string> ids = text ? std::vector<std::string>{*text} : std::move(*list);
      (key == "revises"  ? revision_.revises
       : key == "labels" ? revision_.labels
                         : revision_.depends_on) = std::move(ids);
    }
    return true;
  }

  /// `.downgrade = irreversible("reason")` somewhere below.
  void find_irreversible() {
    const std::size_t word = text_.find("irreversible", scanner_.position());
    if (word == std::string_view::npos) return;
    for (scanner_.skip_blank(); !scanner_.done(); scanner_.skip_blank()) {
      if (scanner_.at_string()) {
        scanner_.read_string();
      } else if (scanner_.at_name()) {
        if (scanner_.read_name() != "irreversible") continue;
        scanner_.skip_blank();
        if (scanner_.peek() == '(') scanner_.advance();
        scanner_.skip_blank();
        revision_.irreversible = scanner_.at_string() ? scanner_.read_string() : "its author marked it irreversible";
        return;
      } else {
        scanner_.advance();
      }
    }
  }

  Scanner scanner_;
  std::string_view text_;
  Revision revision_;
  bool has_id_ = false, saw_word_ = false;
};

}  // namespace

std::optional<Revision> parse_lua_header(std::string_view text, const std::string& path) {
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  try {
    return HeaderReader(text, path).read();
  } catch (Error& error) {
    if (error.advice().empty())
      error.advise(
          "a migration begins with: local m = migration { revision = \"...\", revises = \"...\" }    and ends with: "
          "return m");
    throw;
  }
}

}  // namespace revisions
