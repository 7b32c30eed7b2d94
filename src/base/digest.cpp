// SHA-256 and random names.
// OpenSSL's low-level functions: the EVP ones cost a millisecond of start-up and twice the time for a short text.
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/sha.h>
#include <sys/random.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>
#include <vector>

#include "base/error.hpp"
#include "base/files.hpp"
#include "base/interrupt.hpp"

namespace base {

namespace {

std::string hex(const unsigned char* bytes, std::size_t count) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string out;
  out.reserve(2 * count);
  for (std::size_t i = 0; i < count; ++i) (out += digits[bytes[i] >> 4]) += digits[bytes[i] & 15];
  return out;
}

void fill_random(unsigned char* bytes, std::size_t count) {
  while (count > 0) {
    const ssize_t got = getrandom(bytes, count, 0);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) throw Error(code::bug, "the system gives no random numbers");
    bytes += got;
    count -= static_cast<std::size_t>(got);
  }
}

}  // namespace

std::string sha256_hex(std::string_view bytes) {
  unsigned char digest[SHA256_DIGEST_LENGTH];
  SHA256_CTX context;
  SHA256_Init(&context);
  SHA256_Update(&context, bytes.data(), bytes.size());
  SHA256_Final(digest, &context);
  return hex(digest, sizeof digest);
}

std::string sha256_of_file(const std::string& path) {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "rbe"), &std::fclose);
  const auto fail = [&] { return Error(code::cannot_read_file, "cannot read " + path).because(std::strerror(errno)); };
  if (!file) throw fail();
  SHA256_CTX context;
  SHA256_Init(&context);
  std::vector<unsigned char> block(std::size_t{1} << 18);
  while (const std::size_t got = std::fread(block.data(), 1, block.size(), file.get())) {
    SHA256_Update(&context, block.data(), got);
    throw_if_interrupted();
  }
  if (std::ferror(file.get())) throw fail();
  unsigned char digest[SHA256_DIGEST_LENGTH];
  SHA256_Final(digest, &context);
  return hex(digest, sizeof digest);
}

std::string random_uuid() {
  unsigned char bytes[16];
  fill_random(bytes, sizeof bytes);
  bytes[6] = static_cast<unsigned char>((bytes[6] & 0x0F) | 0x40);  // version 4
  bytes[8] = static_cast<unsigned char>((bytes[8] & 0x3F) | 0x80);  // variant of RFC 4122
  std::string out = hex(bytes, sizeof bytes);
  for (const std::size_t dash : {8, 13, 18, 23}) out.insert(dash, 1, '-');
  return out;
}

std::string random_hex(std::size_t count) {
  std::string bytes((count + 1) / 2, '\0');
  fill_random(reinterpret_cast<unsigned char*>(bytes.data()), bytes.size());
  std::string out = hex(reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size());
  out.resize(count);
  return out;
}

}  // namespace base
