// Files, their normal form, digests and random names.
#include "base/files.hpp"

#include <rapidcheck.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <set>

#include "base/error.hpp"
#include "base/text.hpp"
#include "support/catch.hpp"

using namespace base;

namespace {

struct Folder {
  Folder() {
    char name[] = "/tmp/waxwing-files-XXXXXX";
    path = mkdtemp(name);
  }
  ~Folder() { std::filesystem::remove_all(path); }
  std::string operator/(const std::string& name) const { return path + "/" + name; }
  std::string path;
};

Error error_of(const std::function<void()>& action) {
  try {
    action();
  } catch (const Error& error) {
    return error;
  }
  return Error(code::bug, "nothing was thrown");
}

}  // namespace

TEST_CASE("what is written is read, byte for byte", "[base]") {
  const Folder folder;
  const std::string path = folder / "x";
  CHECK(rc::check("any bytes", [&](const std::string& bytes) {
    write_file(path, bytes);
    RC_ASSERT(read_file(path) == bytes);
  }));
  CHECK(std::distance(std::filesystem::directory_iterator(folder.path), {}) == 1);  // no temporary file is left
}

TEST_CASE("writing keeps mode and symbolic link", "[base]") {
  const Folder folder;
  write_file(folder / "real", "old");
  chmod((folder / "real").c_str(), 0640);
  std::filesystem::create_symlink("real", folder / "link");
  write_file(folder / "link", "new");
  CHECK(std::filesystem::is_symlink(folder / "link"));
  CHECK(read_file(folder / "real") == "new");
  struct stat status {};
  REQUIRE(stat((folder / "real").c_str(), &status) == 0);
  CHECK((status.st_mode & 07777) == 0640);
}

TEST_CASE("what is no readable file is refused with the reason", "[base]") {
  const Folder folder;
  const Error missing = error_of([&] { read_file(folder / "none"); });
  CHECK(missing.code() == code::cannot_read_file);
  CHECK(missing.cause() == "there is no such file");
  CHECK_THAT(missing.what(), ContainsSubstring(folder / "none"));
  CHECK(error_of([&] { read_file(folder.path); }).cause() == "it is a folder");
  REQUIRE(mkfifo((folder / "pipe").c_str(), 0600) == 0);
  CHECK_THAT(error_of([&] { read_file(folder / "pipe"); }).cause(), ContainsSubstring("named pipe"));
  CHECK_THAT(error_of([&] { read_file("/dev/null"); }).cause(), ContainsSubstring("device"));
  write_file(folder / "big", std::string(2000, 'x'));
  CHECK_THAT(error_of([&] { read_file(folder / "big", 1000); }).cause(), ContainsSubstring("larger than 1000"));
  CHECK(read_file(folder / "big", 2000).size() == 2000);
  CHECK_THAT(error_of([&] { read_file(std::string("a\0b", 3)); }).cause(), ContainsSubstring("zero byte"));
}

TEST_CASE("files of /proc, which say they are empty, are read", "[base]") {
  CHECK_THAT(read_file("/proc/self/status"), StartsWith("Name:"));
  CHECK_THAT(error_of([&] { read_file("/proc/self/status", 10); }).cause(), ContainsSubstring("larger than 10"));
}

TEST_CASE("a file that cannot be written is named", "[base]") {
  const Folder folder;
  const Error error = error_of([&] { write_file(folder / "no/such/folder/x", "text"); });
  CHECK(error.code() == code::cannot_write_file);
  CHECK_THAT(error.advice(), ContainsSubstring(folder / "no/such/folder"));
  CHECK_FALSE(file_exists(folder / "no"));
}

TEST_CASE("the normal form has neither a byte-order mark nor carriage returns", "[base]") {
  CHECK(normal_form("\xEF\xBB\xBFselect 1;\r\nselect 2;\r\n") == "select 1;\nselect 2;\n");
  CHECK(normal_form("a\rb") == "a\nb");
  CHECK(normal_form("") == "");
  CHECK(rc::check("a checkout with CRLF is equal to one with LF", [] {
    const auto text = *rc::gen::container<std::string>(rc::gen::element('a', ' ', '\n', '-', '\xC3'));
    const std::string crlf = replace_all(text, "\n", "\r\n");
    RC_ASSERT(normal_form(crlf) == text);
    RC_ASSERT(normal_form("\xEF\xBB\xBF" + crlf) == normal_form(text));
  }));
  CHECK(rc::check("the normal form of a normal form is itself", [] {
    const auto text = *rc::gen::container<std::string>(rc::gen::element('a', '\r', '\n', '\xEF', '\xBB', '\xBF'));
    const std::string normal = normal_form(text);
    RC_ASSERT(normal_form(normal) == normal);
    RC_ASSERT(normal.find('\r') == std::string::npos);
  }));
}

TEST_CASE("SHA-256 is the standard's", "[base]") {
  // The examples of FIPS 180-2, appendix B.
  CHECK(sha256_hex("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  CHECK(sha256_hex("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(sha256_hex(std::string(1000000, 'a')) == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST_CASE("random names have their form and differ", "[base]") {
  std::set<std::string> seen;
  for (int i = 0; i < 100; ++i) {
    const std::string uuid = random_uuid();
    REQUIRE(uuid.size() == 36);
    CHECK(uuid[14] == '4');
    CHECK(std::string("89ab").find(uuid[19]) != std::string::npos);
    for (const std::size_t dash : {8, 13, 18, 23}) CHECK(uuid[dash] == '-');
    seen.insert(uuid);
    const std::string hex = random_hex(12);
    CHECK(hex.size() == 12);
    CHECK(hex.find_first_not_of("0123456789abcdef") == std::string::npos);
    seen.insert(hex);
  }
  CHECK(seen.size() == 200);
  CHECK(random_hex(7).size() == 7);
  CHECK(random_hex(0).empty());
}

TEST_CASE("the digest of a file is that of its bytes", "[base]") {
  const Folder folder;
  const std::string path = folder.path + "/bytes";
  const std::string bytes = std::string(1000000, 'a') + '\0' + "end";
  write_file(path, bytes);
  CHECK(sha256_of_file(path) == sha256_hex(bytes));
  CHECK_THROWS_AS(sha256_of_file(path + "-not"), Error);
}

TEST_CASE("a new name never replaces a file", "[base]") {
  const Folder folder;
  write_file(folder.path + "/one", "1");
  write_file(folder.path + "/two", "2");
  CHECK_FALSE(rename_to_new_name(folder.path + "/one", folder.path + "/two"));
  CHECK(read_file(folder.path + "/two") == "2");
  CHECK(rename_to_new_name(folder.path + "/one", folder.path + "/three"));
  CHECK(read_file(folder.path + "/three") == "1");
  CHECK_THROWS_AS(rename_to_new_name(folder.path + "/one", folder.path + "/four"), Error);
}
