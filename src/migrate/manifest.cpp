// Manifests in and out, and the folder they lie in.
#include "migrate/manifest.hpp"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "base/clock.hpp"
#include "base/error.hpp"
#include "base/files.hpp"
#include "base/kept_json.hpp"
#include "base/text.hpp"
#include "postgres/dump.hpp"
#include "postgres/quote.hpp"

namespace migrate {

using base::Error;
using nlohmann::ordered_json;
namespace code = base::code;
namespace fs = std::filesystem;

namespace {

constexpr int manifest_version = 1;

/// A changed manifest must not vouch for a changed backup.
std::string seal_of(ordered_json document) {
  document.erase("seal");
  return base::sha256_hex(document.dump());
}

ordered_json json_of(const schema::TableSum& table) {
  return {{"schema", table.schema}, {"name", table.name},       {"rows", table.rows},
          {"checksum", table.sum},  {"columns", table.columns}, {"by_value", table.by_value}};
}

Manifest manifest_of(const ordered_json& json, const std::string& backup) {
  Manifest manifest;
  const auto text = [](const ordered_json& from, const char* key) { return from.at(key).get<std::string>(); };
  manifest.path = backup;
  manifest.label = text(json, "label");
  manifest.created_at = text(json, "created_at");
  manifest.waxwing_version = text(json, "waxwing");
  manifest.bytes = base::kept_integer<unsigned long long>(json.at("bytes"));
  manifest.sha256 = text(json, "sha256");
  const ordered_json& database = json.at("database");
  manifest.database = {text(database, "system_identifier"),
                       text(database, "name"),
                       text(database, "host"),
                       text(database, "port"),
                       text(database, "user"),
                       text(database, "server_version")};
  manifest.lsn = text(json, "lsn");
  manifest.ledger_schema = text(json, "ledger_schema");
  manifest.revisions = json.at("revisions").get<std::vector<std::string>>();
  manifest.position = text(json, "position");
  manifest.is_partial = json.at("partial").get<bool>();
  manifest.touched = json.at("touched").get<std::vector<std::string>>();
  for (const ordered_json& each : json.at("tables")) {
    manifest.tables.push_back({text(each, "schema"), text(each, "name"),
                               each.at("columns").get<std::vector<std::string>>(),
                               base::kept_integer<std::int64_t>(each.at("rows")), text(each, "checksum"), 0});
    if (each.contains("by_value")) manifest.tables.back().by_value = each["by_value"].get<std::vector<std::string>>();
  }
  manifest.large_objects = text(json, "large_objects");
  manifest.objects = json.at("objects").get<std::vector<std::string>>();
  const ordered_json& proof = json.at("proof");
  manifest.proof = {proof.at("passed").get<bool>(), text(proof, "place"), text(proof, "reason"), text(proof, "at"),
                    proof.at("milliseconds").get<double>()};
  return manifest;
}

Error bad_backup(const std::string& path, std::string cause) {
  return Error(code::bad_backup, fmt::format("{} is not a backup that can be trusted", path))
      .because(std::move(cause))
      .advise("waxwing backup list    shows the others");
}

}  // namespace

bool DatabaseIdentity::is_same(const DatabaseIdentity& other) const {
  if (name != other.name) return false;
  if (!system_identifier.empty() && !other.system_identifier.empty())
    return system_identifier == other.system_identifier;
  return host == other.host && port == other.port;
}

std::string DatabaseIdentity::shown() const {
  return fmt::format("{} on {}:{}", postgres::format_identifier(name), host, port);
}

DatabaseIdentity read_identity(postgres::Connection& connection) {
  DatabaseIdentity identity;
  try {
    identity.system_identifier =
        connection.query("SELECT system_identifier FROM pg_catalog.pg_control_system()").text(0, 0);
  } catch (const postgres::SqlError&) {
    // A role that may not ask is told from others by host and port.
  }
  const postgres::Url& url = connection.url();
  identity.name = connection.query("SELECT pg_catalog.current_database()").text(0, 0);
  identity.host = url.host().empty() ? "local socket" : url.host();
  identity.port = url.port().empty() ? "5432" : url.port();
  identity.user = url.user();
  // "15.14 (Debian 15.14-0+deb12u1)" says where it was built as well.
  const std::string version = connection.parameter_status("server_version");
  identity.server_version = version.substr(0, version.find(' '));
  return identity;
}

std::int64_t Manifest::rows() const {
  std::int64_t count = 0;
  for (const schema::TableSum& table : tables) count += table.rows;
  return count;
}

bool Manifest::leads_back_from(const std::string& revision) const {
  const auto is_in = [&](const std::vector<std::string>& list) {
    return std::find(list.begin(), list.end(), revision) != list.end();
  };
  return !is_in(revisions) && (!is_partial || is_in(touched));
}

std::string manifest_path(const std::string& backup) { return backup + ".json"; }

ordered_json to_json(const Manifest& manifest) {
  ordered_json json = {{"schema_version", manifest_version},
                       {"file", fs::path(manifest.path).filename().string()},
                       {"label", manifest.label},
                       {"created_at", manifest.created_at},
                       {"waxwing", manifest.waxwing_version},
                       {"bytes", manifest.bytes},
                       {"sha256", manifest.sha256},
                       {"database",
                        {{"name", manifest.database.name},
                         {"host", manifest.database.host},
                         {"port", manifest.database.port},
                         {"user", manifest.database.user},
                         {"system_identifier", manifest.database.system_identifier},
                         {"server_version", manifest.database.server_version}}},
                       {"lsn", manifest.lsn},
                       {"ledger_schema", manifest.ledger_schema},
                       {"position", manifest.position},
                       {"revisions", manifest.revisions},
                       {"proof",
                        {{"passed", manifest.proof.passed},
                         {"place", manifest.proof.place},
                         {"reason", manifest.proof.reason},
                         {"at", manifest.proof.at},
                         {"milliseconds", manifest.proof.milliseconds}}},
                       {"partial", manifest.is_partial},
                       {"touched", manifest.touched},
                       {"tables", ordered_json::array()},
                       {"large_objects", manifest.large_objects},
                       {"objects", manifest.objects}};
  for (const schema::TableSum& table : manifest.tables) json["tables"].push_back(json_of(table));
  return json;
}

void write_manifest(const Manifest& manifest) {
  ordered_json json = to_json(manifest);
  json["seal"] = seal_of(json);
  base::write_file(manifest_path(manifest.path), json.dump(2) + "\n");
}

std::optional<Manifest> read_manifest(const std::string& backup) {
  const std::string path = manifest_path(backup);
  if (!base::file_exists(path)) return std::nullopt;
  return parse_manifest(base::read_file(path), backup);
}

Manifest parse_manifest(const std::string& text, const std::string& backup) {
  const std::string path = manifest_path(backup);
  const Error unreadable = bad_backup(backup, "its manifest cannot be read: " + path);
  if (base::is_nested_too_deeply(text)) throw unreadable;
  try {
    const ordered_json json = ordered_json::parse(text);
    if (base::kept_integer<int>(json.at("schema_version")) > manifest_version)
      throw bad_backup(backup, "its manifest was written by a newer waxwing");
    if (json.at("seal").get<std::string>() != seal_of(json))
      throw bad_backup(backup, "its manifest was changed: " + path);
    return manifest_of(json, backup);
  } catch (const nlohmann::json::exception&) {
    throw unreadable;
  }
}

std::string backup_folder(const Project& project) { return project.absolute(project.config().text("backup_folder")); }

std::string find_backup(const Project& project, const std::string& name) {
  for (const std::string& candidate :
       {fs::absolute(name).lexically_normal().string(), project.absolute(name), backup_folder(project) + "/" + name})
    if (base::file_exists(candidate)) return candidate;
  throw Error(code::cannot_read_file, "there is no backup " + name)
      .because("looked here, in the project's folder and in " + project.shown(backup_folder(project)))
      .advise("waxwing backup list");
}

std::vector<BackupEntry> list_backups(const std::string& folder) {
  std::vector<BackupEntry> entries;
  std::error_code failure;
  for (const fs::directory_entry& file : fs::directory_iterator(folder, failure)) {
    const std::string name = file.path().filename().string();
    struct stat status {};
    if (name.starts_with(".") || name.ends_with(".json") || stat(file.path().c_str(), &status) != 0 ||
        !S_ISREG(status.st_mode))
      continue;
    BackupEntry entry;
    entry.path = file.path().string();
    entry.bytes = static_cast<unsigned long long>(status.st_size);
    entry.at = base::local_timestamp(std::chrono::system_clock::from_time_t(status.st_mtime));
    try {
      entry.manifest = read_manifest(entry.path);
      if (!entry.manifest)
        entry.trouble = "no manifest";
      else if (entry.manifest->bytes != entry.bytes)
        entry.trouble = "its size has changed";
      if (entry.manifest) entry.at = entry.manifest->created_at;
    } catch (const Error& error) {
      entry.trouble = error.cause();
    }
    entries.push_back(std::move(entry));
  }
  std::sort(entries.begin(), entries.end(),
            [](const BackupEntry& a, const BackupEntry& b) { return std::tie(a.at, a.path) > std::tie(b.at, b.path); });
  return entries;
}

Manifest check_backup_file(const std::string& path) {
  struct stat status {};
  if (stat(path.c_str(), &status) != 0) throw Error(code::cannot_read_file, "there is no backup " + path);
  if (!S_ISREG(status.st_mode)) throw bad_backup(path, "it is no regular file");
  const auto bytes = static_cast<unsigned long long>(status.st_size);
  if (bytes == 0) throw bad_backup(path, "it is empty");
  const std::optional<Manifest> manifest = read_manifest(path);
  if (!manifest) {
    const postgres::ArchiveFormat format = postgres::archive_format(path);
    if (format == postgres::ArchiveFormat::plain)
      throw bad_backup(path,
                       "it is a plain-text dump, which pg_restore cannot read and nothing vouches for; waxwing restore "
                       "can run it in one transaction");
    if (format != postgres::ArchiveFormat::custom)
      throw bad_backup(path, "it is no archive of pg_dump in custom format, and it has no manifest");
    throw bad_backup(path, fmt::format("there is no manifest {} beside it", manifest_path(path)));
  }
  if (bytes < manifest->bytes)
    throw bad_backup(path, fmt::format("it is cut short: {} of {} bytes are there", bytes, manifest->bytes));
  if (bytes > manifest->bytes)
    throw bad_backup(path, fmt::format("it has {} bytes, its manifest says {}", bytes, manifest->bytes));
  if (base::sha256_of_file(path) != manifest->sha256) {
    const postgres::ArchiveFormat format = postgres::archive_format(path);
    throw bad_backup(path, format == postgres::ArchiveFormat::plain
                               ? "it is a plain-text dump, not the archive of its manifest"
                               : "its content was changed: the SHA-256 is not that of the manifest");
  }
  return *manifest;
}

}  // namespace migrate
