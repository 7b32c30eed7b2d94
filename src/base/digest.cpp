// SHA-256 and random names.
#include <openssl/evp.h>
#include <sys/random.h>

#include <cerrno>

#include "base/error.hpp"
#include "base/files.hpp"

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
  static const EVP_MD* const sha256 = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned length = 0;
  if (!sha256 || EVP_Digest(bytes.data(), bytes.size(), digest, &length, sha256, nullptr) != 1)
    throw Error(code::bug, "OpenSSL has no SHA-256");
  return hex(digest, length);
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
