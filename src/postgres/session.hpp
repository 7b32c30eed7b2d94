// The one door to a database: everything above sends statements to a Session, whichever end it has
// (a live connection, a recorder that writes an SQL script, a fake in a test).
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace postgres {

/// A value in PostgreSQL's text form, or NULL; `type` is an OID, 0 lets the server infer it.
struct Parameter {
  std::optional<std::string> text;
  std::uint32_t type = 0;
};
using Parameters = std::vector<Parameter>;

/// Well-known type OIDs that values are converted by (pg_type.dat).
namespace oid {
inline constexpr std::uint32_t boolean = 16, bytea = 17, int8 = 20, int2 = 21, int4 = 23, text = 25, oid = 26,
                               json = 114, float4 = 700, float8 = 701, varchar = 1043, date = 1082, timestamp = 1114,
                               timestamptz = 1184, numeric = 1700, uuid = 2950, jsonb = 3802;
}

/// The rows of a statement, in text form. Cheap to copy.
class Result {
 public:
  struct Data {
    virtual ~Data() = default;
    virtual std::size_t rows() const = 0;
    virtual std::size_t columns() const = 0;
    virtual std::string_view column_name(std::size_t column) const = 0;
    virtual std::uint32_t column_type(std::size_t column) const = 0;
    virtual bool is_null(std::size_t row, std::size_t column) const = 0;
    virtual std::string_view value(std::size_t row, std::size_t column) const = 0;
    virtual std::uint64_t affected_rows() const = 0;
    virtual std::string_view command_tag() const = 0;
  };

  Result() = default;
  explicit Result(std::shared_ptr<const Data> data) : data_(std::move(data)) {}

  std::size_t rows() const { return data_ ? data_->rows() : 0; }
  std::size_t columns() const { return data_ ? data_->columns() : 0; }
  bool empty() const { return rows() == 0; }
  std::string_view column_name(std::size_t column) const { return data_->column_name(column); }
  /// OID of the column's type.
  std::uint32_t column_type(std::size_t column) const { return data_->column_type(column); }
  bool is_null(std::size_t row, std::size_t column) const { return data_->is_null(row, column); }
  /// Empty for NULL. Valid as long as a copy of this result lives.
  std::string_view value(std::size_t row, std::size_t column) const { return data_->value(row, column); }
  std::string text(std::size_t row, std::size_t column) const { return std::string(value(row, column)); }
  std::optional<std::string> optional_text(std::size_t row, std::size_t column) const {
    return is_null(row, column) ? std::nullopt : std::optional<std::string>(text(row, column));
  }
  std::int64_t integer(std::size_t row, std::size_t column) const;
  bool boolean(std::size_t row, std::size_t column) const { return value(row, column) == "t"; }
  /// Rows inserted, updated, deleted or selected.
  std::uint64_t affected_rows() const { return data_ ? data_->affected_rows() : 0; }
  /// "CREATE TABLE", "UPDATE 3", "COMMIT".
  std::string_view command_tag() const { return data_ ? data_->command_tag() : std::string_view(); }

 private:
  std::shared_ptr<const Data> data_;
};

enum class TransactionStatus { idle, in_transaction, failed, unknown };

/// A short note that a statement caused (RAISE NOTICE, "drop cascades to ..."), in the server's words.
struct Notice {
  std::string severity, sqlstate, message, detail, hint;
};

class BatchedWork;
/// A column of a query that has not run; the type is that below a domain.
struct ResultColumn {
  std::string name;
  std::uint32_t type = 0;
};

/// Is given what COPY ... TO STDOUT sends, a row at a time with its line end.
using CopySink = std::function<void(std::string_view)>;
/// Gives what COPY ... FROM STDIN reads, in pieces of any size; an empty one is the end.
using CopySource = std::function<std::string_view()>;

class Session {
 public:
  virtual ~Session() = default;

  /// Runs one or several statements and returns the last one's result. Without parameters the simple protocol is used.
  /// Throws SqlError (the server refused) or base::Error with code::connection_lost.
  virtual Result query(std::string_view sql, const Parameters& parameters = {}) = 0;
  /// Runs statements whose result nobody reads. A session may send them later, together with the next query, so an
  /// error can surface there; `flush` brings it out now.
  virtual void execute(std::string_view sql, const Parameters& parameters = {}) { query(sql, parameters); }
  virtual void flush() {}

  /// The columns that a query will give. It is read, not run.
  virtual std::vector<ResultColumn> describe(std::string_view sql);
  /// Runs `COPY ... TO STDOUT` or `COPY ... FROM STDIN`. Returns how many rows went. Meanwhile the session can do
  /// nothing else. What the callback throws ends the statement and goes on its way.
  virtual std::uint64_t copy_out(std::string_view sql, const CopySink& take);
  virtual std::uint64_t copy_in(std::string_view sql, const CopySource& next);
  /// Runs `work` on a session that can COPY, as one statement: `statement` is what it amounts to, in words of SQL, for
  /// the journal and for those who only read what a script would do. Sessions that send nothing leave `work` out.
  virtual Result run_unit(std::string_view statement, const std::function<Result(Session&)>& work);

  /// A part that a script may undo alone; parts nest.
  virtual void begin_savepoint() { execute("SAVEPOINT waxwing_script"); }
  virtual void release_savepoint() { execute("RELEASE SAVEPOINT waxwing_script"); }
  virtual void undo_savepoint() { execute("ROLLBACK TO SAVEPOINT waxwing_script; RELEASE SAVEPOINT waxwing_script"); }
  /// From begin to end each statement commits by itself. Only the session of a step can; others refuse.
  virtual void begin_autocommit();
  virtual void end_autocommit() {}
  /// Will a statement that cannot run in a transaction be taken out of the open one? What came before it is then
  /// committed.
  virtual bool can_leave_transaction() const { return false; }

  /// False when there is no database behind it (--sql): query() then throws code::needs_database.
  virtual bool is_live() const = 0;
  virtual TransactionStatus transaction_status() const = 0;
  /// 150018 for 15.18; a recording session answers the version it writes for.
  virtual int server_version() const = 0;
  /// The notices since the last call, oldest first.
  virtual std::vector<Notice> take_notices() { return {}; }

  /// Takes the work out of the transaction of the step, and runs it in transactions of its own. Only the session of a
  /// step can; one that records or follows a script takes note of it.
  virtual Result run_batches(BatchedWork& work);
};

}  // namespace postgres
