// One HTTP request. libcurl is loaded on first use, so that programs which make none start without it.
#pragma once
#include <chrono>
#include <string>
#include <utility>
#include <vector>

namespace base {

struct HttpRequest {
  std::string method = "GET";
  /// http or https.
  std::string url;
  std::vector<std::pair<std::string, std::string>> headers = {};
  std::string body = {};
  /// For the whole exchange.
  std::chrono::milliseconds timeout{10000};
  bool follows_redirects = false;
};

struct HttpResponse {
  int status = 0;
  /// Names in lower case, in order.
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
  double milliseconds = 0;
};

/// Any status is an answer. Throws code::http_failed when there is none (host, refusal, TLS, time limit, more than
/// 64 MiB), code::program_missing without libcurl, and code::interrupted or code::terminated when a signal comes
/// meanwhile.
HttpResponse send_http(const HttpRequest& request);

}  // namespace base
