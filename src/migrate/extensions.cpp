// One list of extensions with their packages in Debian and the repository of the PostgreSQL project
// (apt.postgresql.org).
#include "migrate/extensions.hpp"

#include <fmt/format.h>

namespace migrate {

namespace {

struct Extension {
  const char* name;
  /// With {} for the server's major version.
  const char* package;
  const char* source;
};

constexpr Extension extensions[] = {
    {"age", "postgresql-{}-age", "https://github.com/apache/age"},
    {"hypopg", "postgresql-{}-hypopg", "https://github.com/HypoPG/hypopg"},
    {"pg_cron", "postgresql-{}-cron", "https://github.com/citusdata/pg_cron"},
    {"pg_partman", "postgresql-{}-partman", "https://github.com/pgpartman/pg_partman"},
    {"pg_repack", "postgresql-{}-repack", "https://github.com/reorg/pg_repack"},
    {"pgaudit", "postgresql-{}-pgaudit", "https://github.com/pgaudit/pgaudit"},
    {"pgrouting", "postgresql-{}-pgrouting", nullptr},
    {"plpython3u", "postgresql-plpython3-{}", nullptr},
    {"plperl", "postgresql-plperl-{}", nullptr},
    {"pltcl", "postgresql-pltcl-{}", nullptr},
    {"postgis", "postgresql-{}-postgis-3", nullptr},
    {"postgis_raster", "postgresql-{}-postgis-3", nullptr},
    {"postgis_topology", "postgresql-{}-postgis-3", nullptr},
    {"rum", "postgresql-{}-rum", "https://github.com/postgrespro/rum"},
    {"vector", "postgresql-{}-pgvector", "https://github.com/pgvector/pgvector"},
};

/// What PostgreSQL's own sources have in contrib/; Debian's server package brings them along since version 10.
constexpr const char* contrib[] = {"adminpack",
                                   "amcheck",
                                   "autoinc",
                                   "bloom",
                                   "btree_gin",
                                   "btree_gist",
                                   "citext",
                                   "cube",
                                   "dblink",
                                   "dict_int",
                                   "dict_xsyn",
                                   "earthdistance",
                                   "file_fdw",
                                   "fuzzystrmatch",
                                   "hstore",
                                   "intagg",
                                   "intarray",
                                   "isn",
                                   "lo",
                                   "ltree",
                                   "moddatetime",
                                   "pageinspect",
                                   "pg_buffercache",
                                   "pg_freespacemap",
                                   "pg_prewarm",
                                   "pg_stat_statements",
                                   "pg_surgery",
                                   "pg_trgm",
                                   "pg_visibility",
                                   "pg_walinspect",
                                   "pgcrypto",
                                   "pgrowlocks",
                                   "pgstattuple",
                                   "postgres_fdw",
                                   "seg",
                                   "sslinfo",
                                   "tablefunc",
                                   "tcn",
                                   "tsm_system_rows",
                                   "tsm_system_time",
                                   "unaccent",
                                   "uuid-ossp",
                                   "xml2"};

struct Part {
  const char* name;
  const char* extension;
};
constexpr Part types[] = {{"vector", "vector"},       {"halfvec", "vector"},   {"sparsevec", "vector"},
                          {"citext", "citext"},       {"hstore", "hstore"},    {"ltree", "ltree"},
                          {"cube", "cube"},           {"geometry", "postgis"}, {"geography", "postgis"},
                          {"gbtreekey", "btree_gist"}};
constexpr Part functions[] = {{"crypt", "pgcrypto"},
                              {"gen_salt", "pgcrypto"},
                              {"digest", "pgcrypto"},
                              {"hmac", "pgcrypto"},
                              {"gen_random_bytes", "pgcrypto"},
                              {"pgp_sym_encrypt", "pgcrypto"},
                              {"pgp_sym_decrypt", "pgcrypto"},
                              {"unaccent", "unaccent"},
                              {"similarity", "pg_trgm"},
                              {"word_similarity", "pg_trgm"},
                              {"show_trgm", "pg_trgm"},
                              {"levenshtein", "fuzzystrmatch"},
                              {"soundex", "fuzzystrmatch"},
                              {"metaphone", "fuzzystrmatch"},
                              {"crosstab", "tablefunc"},
                              {"dblink", "dblink"},
                              {"earth_distance", "earthdistance"},
                              {"hstore", "hstore"},
                              {"cosine_distance", "vector"},
                              {"l2_distance", "vector"},
                              {"st_makepoint", "postgis"}};

const Extension* find(std::string_view name) {
  for (const Extension& each : extensions)
    if (each.name == name) return &each;
  return nullptr;
}

bool is_contrib(std::string_view name) {
  for (const char* each : contrib)
    if (each == name) return true;
  return false;
}

std::string major_of(int server_version) {
  return server_version > 0 ? std::to_string(server_version / 10000) : "MAJOR";
}

}  // namespace

std::string extension_package(std::string_view extension, int server_version) {
  if (const Extension* found = find(extension))
    return fmt::format(fmt::runtime(found->package), major_of(server_version));
  return is_contrib(extension) ? "postgresql-contrib" : "";
}

std::string install_advice(const std::string& extension, int server_version) {
  std::string text;
  if (extension == "uuid-ossp" && server_version >= 130000)
    text = "gen_random_uuid() is built in since PostgreSQL 13: use it, and leave the extension out\n";
  const std::string package = extension_package(extension, server_version);
  if (package.empty())
    return text + fmt::format("install \"{}\" on the server's machine; apt-cache search postgresql-{} lists packages",
                              extension, major_of(server_version));
  text += fmt::format("on the server's machine: sudo apt install {}", package);
  if (package == "postgresql-contrib")
    text += fmt::format("    (part of postgresql-{} on Debian)", major_of(server_version));
  if (const Extension* found = find(extension); found && found->source)
    text += fmt::format("\nor from source: git clone {0}.git && cd {1} && make && sudo make install", found->source,
                        std::string_view(found->source).substr(std::string_view(found->source).rfind('/') + 1));
  return text;
}

std::string extension_of_type(std::string_view type) {
  for (const Part& each : types)
    if (each.name == type) return each.extension;
  return {};
}

std::string extension_of_function(std::string_view function) {
  for (const Part& each : functions)
    if (each.name == function) return each.extension;
  return {};
}

}  // namespace migrate
