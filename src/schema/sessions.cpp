// One look at pg_stat_activity.
#include "schema/sessions.hpp"

#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "postgres/sql_scanner.hpp"

namespace schema {

std::vector<OtherSession> read_other_sessions(postgres::Session& session) {
  const postgres::Result rows = session.query(
      "SELECT a.pid::text, COALESCE(a.application_name, ''), COALESCE(a.usename::text, ''), "
      "COALESCE(pg_catalog.host(a.client_addr), 'local'), COALESCE(a.state, ''), "
      "EXTRACT(epoch FROM pg_catalog.clock_timestamp() - a.xact_start)::text, "
      "EXTRACT(epoch FROM pg_catalog.clock_timestamp() - a.query_start)::text, "
      "COALESCE(pg_catalog.concat(a.wait_event_type, ': ', a.wait_event), ''), "
      "pg_catalog.array_to_json(pg_catalog.pg_blocking_pids(a.pid))::text, "
      "COALESCE(pg_catalog.to_char(a.query_start, 'YYYY-MM-DD HH24:MI:SS TZ'), ''), COALESCE(a.query, ''), "
      "a.wait_event IS NOT NULL "
      "FROM pg_catalog.pg_stat_activity a WHERE a.datname = pg_catalog.current_database() "
      "AND a.pid <> pg_catalog.pg_backend_pid() AND a.backend_type = 'client backend'::text "
      "ORDER BY a.xact_start NULLS LAST, a.pid");
  std::vector<OtherSession> sessions;
  for (std::size_t i = 0; i < rows.rows(); ++i) {
    OtherSession each;
    each.pid = static_cast<int>(rows.integer(i, 0));
    each.application = rows.text(i, 1);
    each.user = rows.text(i, 2);
    each.client = rows.text(i, 3);
    each.state = rows.text(i, 4);
    if (!rows.is_null(i, 5)) each.transaction_s = std::stod(rows.text(i, 5));
    if (!rows.is_null(i, 6)) each.query_s = std::stod(rows.text(i, 6));
    if (rows.boolean(i, 11)) each.waits_for = rows.text(i, 7);
    each.blocked_by = nlohmann::json::parse(rows.text(i, 8)).get<std::vector<int>>();
    each.query_start = rows.text(i, 9);
    each.query = without_values(rows.value(i, 10));
    sessions.push_back(std::move(each));
  }
  return sessions;
}

std::string without_values(std::string_view sql) {
  std::string out;
  for (std::size_t at = 0; at < sql.size();) {
    const postgres::Scanned piece = postgres::scan_piece(sql, at);
    switch (piece.piece) {
      case postgres::Piece::space: out += ' '; break;
      case postgres::Piece::comment: break;
      case postgres::Piece::quoted:
        out += sql[at] == '"' && piece.closed ? sql.substr(at, piece.end - at) : "'***'";
        break;
      case postgres::Piece::word:
      case postgres::Piece::backslash:
      case postgres::Piece::other: out += sql.substr(at, piece.end - at); break;
    }
    at = piece.end;
  }
  return std::string(base::trim(out));
}

}  // namespace schema
