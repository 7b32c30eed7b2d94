// The record is JSON: {"tag", "affected", "columns": [[name, type oid]], "rows": [[text or null]]}, or {"error":
// {...}}.
#include "postgres/recorded_result.hpp"

#include <charconv>
#include <nlohmann/json.hpp>

#include "base/kept_json.hpp"
#include "base/secrets.hpp"

namespace postgres {

namespace {

using nlohmann::json;

constexpr const char* record_name = "the journal's record of a statement";

/// A column may hold bytes that are no UTF-8 (SQL_ASCII databases); JSON cannot, so they travel as hexadecimal text.
json text_json(std::string_view text) {
  json value = std::string(text);
  try {
    (void)value.dump();
    return value;
  } catch (const json::exception&) {
    std::string hex;
    for (const unsigned char c : text) {
      hex += "0123456789abcdef"[c >> 4];
      hex += "0123456789abcdef"[c & 15];
    }
    return json{{"hex", hex}};
  }
}

std::string text_of(const json& value) {
  if (value.is_string()) return value.get<std::string>();
  const std::string hex = value.at("hex").get<std::string>();
  std::string text;
  for (std::size_t i = 0; i < hex.size(); i += 2) {
    const char* end = hex.data() + std::min(i + 2, hex.size());
    unsigned char byte = 0;
    if (const auto [after, failure] = std::from_chars(hex.data() + i, end, byte, 16);
        failure != std::errc() || after != hex.data() + i + 2)
      throw base::damaged_record(base::code::half_done_changed, record_name, "\"" + hex + "\" is not hexadecimal");
    text += static_cast<char>(byte);
  }
  return text;
}

struct RecordedData final : Result::Data {
  struct Column {
    std::string name;
    std::uint32_t type;
  };
  std::vector<Column> columns_;
  std::vector<std::vector<std::optional<std::string>>> rows_;
  std::uint64_t affected_ = 0;
  std::string tag_;

  std::size_t rows() const override { return rows_.size(); }
  std::size_t columns() const override { return columns_.size(); }
  std::string_view column_name(std::size_t column) const override { return columns_[column].name; }
  std::uint32_t column_type(std::size_t column) const override { return columns_[column].type; }
  bool is_null(std::size_t row, std::size_t column) const override { return !rows_[row][column]; }
  std::string_view value(std::size_t row, std::size_t column) const override {
    const auto& field = rows_[row][column];
    return field ? std::string_view(*field) : std::string_view();
  }
  std::uint64_t affected_rows() const override { return affected_; }
  std::string_view command_tag() const override { return tag_; }
};

}  // namespace

std::string recorded(const Result& result) {
  json record = {{"tag", std::string(result.command_tag())}, {"affected", result.affected_rows()}};
  if (result.columns() == 0) return record.dump();
  for (std::size_t c = 0; c < result.columns(); ++c)
    record["columns"].push_back({text_json(result.column_name(c)), result.column_type(c)});
  record["rows"] = json::array();
  for (std::size_t r = 0; r < result.rows(); ++r) {
    json row = json::array();
    for (std::size_t c = 0; c < result.columns(); ++c)
      row.push_back(result.is_null(r, c) ? json() : text_json(result.value(r, c)));
    record["rows"].push_back(std::move(row));
  }
  return record.dump();
}

std::string recorded(const SqlError& error) {
  const Diagnostics& d = error.diagnostics();
  const auto redacted_json = [](const std::string& text) { return text_json(base::redact(text)); };
  return json{{"error",
               {{"severity", d.severity},
                {"sqlstate", d.sqlstate},
                {"message", redacted_json(d.message)},
                {"detail", redacted_json(d.detail)},
                {"hint", redacted_json(d.hint)},
                {"schema", text_json(d.schema)},
                {"table", text_json(d.table)},
                {"column", text_json(d.column)},
                {"constraint", text_json(d.constraint)}}}}
      .dump();
}

namespace {

SqlError error_of(const json& record, std::string_view sql) {
  Diagnostics d;
  d.severity = record.at("severity").get<std::string>();
  d.sqlstate = record.at("sqlstate").get<std::string>();
  d.message = text_of(record.at("message"));
  d.detail = text_of(record.at("detail"));
  d.hint = text_of(record.at("hint"));
  d.schema = text_of(record.at("schema"));
  d.table = text_of(record.at("table"));
  d.column = text_of(record.at("column"));
  d.constraint = text_of(record.at("constraint"));
  return {std::move(d), std::string(sql)};
}

Result result_of(const json& record) {
  auto data = std::make_shared<RecordedData>();
  data->tag_ = record.at("tag").get<std::string>();
  data->affected_ = base::kept_integer<std::uint64_t>(record.at("affected"));
  if (const auto columns = record.find("columns"); columns != record.end())
    for (const json& column : *columns)
      data->columns_.push_back({text_of(column.at(0)), base::kept_integer<std::uint32_t>(column.at(1))});
  if (const auto rows = record.find("rows"); rows != record.end())
    for (const json& row : *rows) {
      std::vector<std::optional<std::string>> fields;
      for (const json& field : row) fields.push_back(field.is_null() ? std::nullopt : std::optional(text_of(field)));
      if (fields.size() != data->columns_.size())
        throw base::damaged_record(base::code::half_done_changed, record_name,
                                   "a row has more or fewer values than there are columns");
      data->rows_.push_back(std::move(fields));
    }
  return Result(std::move(data));
}

}  // namespace

Result replayed(const std::string& record, std::string_view sql) {
  return base::read_kept_json(record, base::code::half_done_changed, record_name, [sql](const json& value) {
    if (value.contains("error")) throw error_of(value["error"], sql);
    return result_of(value);
  });
}

std::size_t size_of(const Result& result) {
  std::size_t bytes = 0;
  for (std::size_t r = 0; r < result.rows(); ++r)
    for (std::size_t c = 0; c < result.columns(); ++c) bytes += result.value(r, c).size() + sizeof(std::string);
  return bytes;
}

}  // namespace postgres
