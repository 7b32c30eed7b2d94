// What is printed where, in which letters and colours.
#include "base/console.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "base/clock.hpp"
#include "base/secrets.hpp"
#include "base/text.hpp"
#include "base/utf8.hpp"

namespace base {

namespace {

constexpr const char* red = "\033[31m";
constexpr const char* green = "\033[32m";
constexpr const char* yellow = "\033[33m";
constexpr const char* dim = "\033[2m";
constexpr const char* bold_on = "\033[1m";
constexpr const char* plain = "\033[0m";

struct Replacement {
  char32_t character;
  std::string_view ascii;
};

/// Sorted by code point.
constexpr Replacement replacements[] = {
    {0x00A0, " "},      {0x00B7, "*"},   {0x00D7, "x"},  {0x2010, "-"},  {0x2011, "-"},      {0x2012, "-"},
    {0x2013, "-"},      {0x2014, "--"},  {0x2018, "'"},  {0x2019, "'"},  {0x201C, "\""},     {0x201D, "\""},
    {0x2022, "*"},      {0x2026, "..."}, {0x2190, "<-"}, {0x2192, "->"}, {0x21D2, "=>"},     {0x2260, "!="},
    {0x2264, "<="},     {0x2265, ">="},  {0x2500, "-"},  {0x2501, "="},  {0x2502, "|"},      {0x2503, "|"},
    {0x250C, "+"},      {0x2510, "+"},   {0x2514, "+"},  {0x2518, "+"},  {0x251C, "+"},      {0x2524, "+"},
    {0x252C, "+"},      {0x2534, "+"},   {0x253C, "+"},  {0x2550, "="},  {0x2551, "|"},      {0x25CF, "*"},
    {0x26A0, "!"},      {0x2705, "ok"},  {0x2713, "ok"}, {0x2714, "ok"}, {0x2717, "failed"}, {0x2718, "failed"},
    {0x274C, "failed"}, {0xFE0F, ""},
};

struct MarkStyle {
  const char* sign;
  const char* ascii;
  const char* colour;
};

/// In the order of enum Mark.
constexpr MarkStyle marks[] = {{"✓", "ok", green}, {"✗", "failed", red}, {"⚠", "!", yellow},
                               {"?", "?", yellow}, {"→", "->", ""},      {"–", "-", dim}};

std::string_view environment(const char* name) {
  const char* value = std::getenv(name);
  return value ? std::string_view(value) : std::string_view();
}

/// The character set of the first of LC_ALL, LC_CTYPE and LANG that says anything, as the C library reads them.
bool locale_is_utf8() {
  for (const char* name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
    const std::string value = lower(environment(name));
    if (!value.empty()) return value.find("utf-8") != std::string::npos || value.find("utf8") != std::string::npos;
  }
  return false;
}

/// What fits into one line of the terminal: a longer one would stay behind when the next one is written over it.
std::string_view fitting(std::string_view line, std::FILE* terminal) {
  winsize size = {};
  if (ioctl(fileno(terminal), TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return line;
  std::size_t end = 0, width = 0;
  while (end < line.size()) {
    std::size_t next = end;
    utf8::next(line, next);
    width += display_width(line.substr(end, next - end));
    if (width >= size.ws_col) break;
    end = next;
  }
  return line.substr(0, end);
}

void write(std::FILE* file, std::string_view text) { std::fwrite(text.data(), 1, text.size(), file); }

}  // namespace

ConsoleOptions Console::options_from_environment() {
  ConsoleOptions options;
  options.colour = isatty(STDERR_FILENO) && isatty(STDOUT_FILENO) && environment("NO_COLOR").empty() &&
                   environment("TERM") != "dumb";
  options.ascii = !locale_is_utf8();
  return options;
}

bool Console::shows_progress() const {
  return !options_.json && !options_.quiet && isatty(fileno(err_)) && environment("TERM") != "dumb";
}

void Console::progress(std::string_view line) {
  if (!shows_progress()) return;
  clear_progress();
  if (line.empty()) return;
  const std::string shown = adapt(redact(line));
  write(err_, "\r" + std::string(fitting(shown, err_)));
  std::fflush(err_);
  shows_progress_ = true;
}

void Console::clear_progress() {
  if (!shows_progress_) return;
  shows_progress_ = false;
  write(err_, "\r\033[K");
  std::fflush(err_);
}

void Console::result(std::string_view line) {
  if (options_.json) return;
  clear_progress();
  write(out_, adapt(redact(line)) + "\n");
}

void Console::raw(std::string_view text) { write(out_, redact(text)); }

void Console::json(const nlohmann::ordered_json& document) {
  nlohmann::ordered_json redacted = document;
  redact(redacted);
  // Bytes that are not UTF-8 (a file name, a server's message) must not end the program.
  write(out_, redacted.dump(2, ' ', options_.ascii, nlohmann::ordered_json::error_handler_t::replace) + "\n");
}

void Console::json_line(const nlohmann::ordered_json& document) {
  if (!options_.json) return;
  nlohmann::ordered_json redacted = document;
  redact(redacted);
  write(err_, redacted.dump(-1, ' ', options_.ascii, nlohmann::ordered_json::error_handler_t::replace) + "\n");
  std::fflush(err_);
}

void Console::log(const char* level, const char* colour, std::string_view area, std::string_view message) {
  const std::string name = area.empty() ? "waxwing" : "waxwing." + std::string(area);
  write_to_file(pad_right(level, 5) + " [" + name + "] " + std::string(message) + "\n");
  if (options_.quiet && std::string_view(level) == "INFO") return;
  clear_progress();
  std::string line = pad_right(level, 5);
  if (options_.colour && *colour) line = colour + line + plain;
  // One write for each message: the results on stdout come before what is said after them.
  std::fflush(out_);
  write(err_, adapt(redact(line + " [" + name + "] " + std::string(message))) + "\n");
  std::fflush(err_);
}

void Console::append_log_to(const std::string& path) {
  std::error_code ignored;
  std::filesystem::create_directories(std::filesystem::path(path).parent_path(), ignored);
  // O_NONBLOCK: opening a named pipe would wait for a reader.
  const int opened = open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NONBLOCK | O_NOCTTY, 0666);
  if (opened >= 0) file_.reset(fdopen(opened, "a"));
  if (!file_) {
    const int reason = errno;
    if (opened >= 0) close(opened);
    throw Error(code::cannot_write_file, "cannot write the log " + path)
        .because(reason == ENXIO ? "it is a named pipe that nobody reads" : std::strerror(reason));
  }
  file_path_ = path;
}

void Console::write_to_file(std::string_view text) {
  if (!file_) return;
  write(file_.get(), local_timestamp(clock().now()) + " " + redact(text));
  if (std::fflush(file_.get()) == 0) return;
  // The log is not worth the run: it goes on, and this is said once.
  const int reason = errno;
  file_.reset();
  warn("", fmt::format("the log {} cannot be written: {}; it ends here", file_path_, std::strerror(reason)));
}

void Console::info(std::string_view area, std::string_view message) { log("INFO", green, area, message); }

void Console::warn(std::string_view area, std::string_view message) { log("WARN", yellow, area, message); }

void Console::debug(std::string_view area, std::string_view message) {
  if (options_.verbose && !options_.quiet) log("DEBUG", dim, area, message);
}

void Console::error(const Error& error) {
  clear_progress();
  write_to_file(render(error));
  if (options_.json) return json(to_json(error));
  std::string text = render(error);
  if (file_) text += "  log      " + file_path_ + "\n";
  constexpr std::string_view program = "waxwing:";
  if (options_.colour && text.starts_with(program))
    text.replace(0, program.size(), std::string(bold_on) + red + std::string(program) + plain);
  std::fflush(out_);
  write(err_, adapt(text));
  std::fflush(err_);
}

std::string Console::mark(Mark mark) const {
  const MarkStyle& style = marks[static_cast<std::size_t>(mark)];
  const char* sign = options_.ascii ? style.ascii : style.sign;
  return options_.colour && *style.colour ? style.colour + std::string(sign) + plain : sign;
}

std::string Console::adapt(std::string_view text) const {
  if (!options_.ascii) return std::string(text);
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t start = at;
    const char32_t c = utf8::next(text, at);
    const Replacement* found = std::begin(replacements);
    while (found != std::end(replacements) && found->character != c) ++found;
    out += c >= 0x80 && found != std::end(replacements) ? found->ascii : text.substr(start, at - start);
  }
  return out;
}

std::string Console::bold(std::string_view text) const {
  return options_.colour ? bold_on + std::string(text) + plain : std::string(text);
}

}  // namespace base
