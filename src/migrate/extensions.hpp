// Which package an extension comes in, and what comes with an extension.
#pragma once
#include <string>
#include <string_view>

namespace migrate {

/// The Debian package of an extension for a server ("postgresql-15-pgvector", "postgresql-contrib" for those that
/// PostgreSQL itself brings); empty when unknown. `server_version` is 150018 for 15.18.
std::string extension_package(std::string_view extension, int server_version);
/// How to get an extension that the server does not have: package, or source, or what replaces it.
std::string install_advice(const std::string& extension, int server_version);
/// "vector" for the type vector; empty when no extension is known for it.
std::string extension_of_type(std::string_view type);
std::string extension_of_function(std::string_view function);

}  // namespace migrate
