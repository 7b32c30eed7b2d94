// libcurl's easy interface, reached by dlopen.
#include "base/http.hpp"

#include <curl/curl.h>
#include <dlfcn.h>
#include <fmt/format.h>

#include <cstring>
#include <exception>
#include <memory>

#include "base/clock.hpp"
#include "base/error.hpp"
#include "base/interrupt.hpp"
#include "base/text.hpp"

namespace base {

namespace {

constexpr std::size_t longest_body = std::size_t{64} << 20;

/// The functions of libcurl that are used, found by their names.
struct Curl {
  decltype(&curl_global_init) global_init;
  decltype(&curl_easy_init) easy_init;
  decltype(&curl_easy_cleanup) easy_cleanup;
  decltype(&curl_easy_setopt) setopt;
  decltype(&curl_easy_perform) perform;
  decltype(&curl_easy_getinfo) getinfo;
  decltype(&curl_easy_strerror) strerror;
  decltype(&curl_slist_append) slist_append;
  decltype(&curl_slist_free_all) slist_free_all;
};

const Curl& curl() {
  static const Curl loaded = [] {
    void* library = dlopen("libcurl.so.4", RTLD_NOW | RTLD_LOCAL);
    if (!library) throw Error(code::program_missing, "libcurl is not installed").advise("apt-get install libcurl4");
    Curl functions{};
    const auto find = [library](auto& function, const char* name) {
      function = reinterpret_cast<std::remove_reference_t<decltype(function)>>(dlsym(library, name));
      if (!function) throw Error(code::program_missing, fmt::format("libcurl has no {}", name));
    };
    find(functions.global_init, "curl_global_init");
    find(functions.easy_init, "curl_easy_init");
    find(functions.easy_cleanup, "curl_easy_cleanup");
    find(functions.setopt, "curl_easy_setopt");
    find(functions.perform, "curl_easy_perform");
    find(functions.getinfo, "curl_easy_getinfo");
    find(functions.strerror, "curl_easy_strerror");
    find(functions.slist_append, "curl_slist_append");
    find(functions.slist_free_all, "curl_slist_free_all");
    functions.global_init(CURL_GLOBAL_DEFAULT);
    return functions;
  }();
  return loaded;
}

std::size_t take_body(const char* data, std::size_t, std::size_t size, void* response) {
  std::string& body = static_cast<HttpResponse*>(response)->body;
  if (body.size() + size > longest_body) return 0;
  body.append(data, size);
  return size;
}

std::size_t take_header(const char* data, std::size_t, std::size_t size, void* response) {
  auto& headers = static_cast<HttpResponse*>(response)->headers;
  const std::string_view line = trim(std::string_view(data, size));
  if (line.starts_with("HTTP/")) headers.clear();  // of a redirect
  if (const std::size_t colon = line.find(':'); colon != std::string_view::npos && !line.starts_with("HTTP/"))
    headers.emplace_back(lower(line.substr(0, colon)), std::string(trim(line.substr(colon + 1))));
  return size;
}

/// Called several times a second; not 0 ends the transfer.
int look_for_interrupt(void*, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
  return interrupt_signal() != 0 ? 1 : 0;
}

/// What may be sent as a header without becoming two.
void refuse_line_ends(const std::string& text) {
  if (text.find_first_of(std::string_view("\r\n\0", 3)) != std::string::npos)
    throw Error(code::http_failed, "a header holds a line end or a zero byte").because(text.substr(0, 40));
}

}  // namespace

HttpResponse send_http(const HttpRequest& request) {
  const Curl& api = curl();
  const std::unique_ptr<CURL, decltype(api.easy_cleanup)> owner(api.easy_init(), api.easy_cleanup);
  if (!owner) throw std::bad_alloc();
  CURL* handle = owner.get();
  std::unique_ptr<curl_slist, decltype(api.slist_free_all)> headers(nullptr, api.slist_free_all);
  const auto add_header = [&](const std::string& line) {
    refuse_line_ends(line);
    curl_slist* longer = api.slist_append(headers.get(), line.c_str());
    if (!longer) throw std::bad_alloc();
    static_cast<void>(headers.release());
    headers.reset(longer);
  };
  for (const auto& [name, value] : request.headers) add_header(value.empty() ? name + ";" : name + ": " + value);
  add_header("Expect:");

  HttpResponse response;
  char reason[CURL_ERROR_SIZE] = "";
  const Stopwatch stopwatch;
  api.setopt(handle, CURLOPT_URL, request.url.c_str());
  api.setopt(handle, CURLOPT_PROTOCOLS_STR, "http,https");
  api.setopt(handle, CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
  api.setopt(handle, CURLOPT_CUSTOMREQUEST, request.method.c_str());
  api.setopt(handle, CURLOPT_NOBODY, request.method == "HEAD" ? 1L : 0L);
  api.setopt(handle, CURLOPT_HTTPHEADER, headers.get());
  if (!request.body.empty()) {
    api.setopt(handle, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
    api.setopt(handle, CURLOPT_POSTFIELDS, request.body.data());
  }
  api.setopt(handle, CURLOPT_FOLLOWLOCATION, request.follows_redirects ? 1L : 0L);
  api.setopt(handle, CURLOPT_MAXREDIRS, 5L);
  api.setopt(handle, CURLOPT_TIMEOUT_MS, static_cast<long>(request.timeout.count()));
  api.setopt(handle, CURLOPT_NOSIGNAL, 1L);
  api.setopt(handle, CURLOPT_NOPROGRESS, 0L);
  api.setopt(handle, CURLOPT_XFERINFOFUNCTION, &look_for_interrupt);
  api.setopt(handle, CURLOPT_USERAGENT, "waxwing");
  api.setopt(handle, CURLOPT_ERRORBUFFER, reason);
  api.setopt(handle, CURLOPT_WRITEFUNCTION, &take_body);
  api.setopt(handle, CURLOPT_WRITEDATA, &response);
  api.setopt(handle, CURLOPT_HEADERFUNCTION, &take_header);
  api.setopt(handle, CURLOPT_HEADERDATA, &response);
  const CURLcode result = api.perform(handle);
  throw_if_interrupted();
  if (result != CURLE_OK)
    throw Error(code::http_failed, fmt::format("no answer to {} {}", request.method, request.url))
        .because(result == CURLE_WRITE_ERROR ? "the answer is longer than 64 MiB"
                 : reason[0]                 ? reason
                                             : api.strerror(result));
  long status = 0;
  api.getinfo(handle, CURLINFO_RESPONSE_CODE, &status);
  response.status = static_cast<int>(status);
  response.milliseconds = stopwatch.milliseconds();
  return response;
}

}  // namespace base
