// Words of reports: names as people read them, and what stands for a mark.
#pragma once
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

namespace migrate::report {

/// A member, or null where `object` has none or is none.
const nlohmann::ordered_json& at(const nlohmann::ordered_json& object, const char* key);
/// "87K" and "1.2 s"; "not measured" for null.
std::string size_text(const nlohmann::ordered_json& bytes);
std::string duration_text(const nlohmann::ordered_json& milliseconds);
/// One side of a benchmark: "0.05 ms", or what the server said of the query.
std::string timed_text(const nlohmann::ordered_json& timed);
/// Was the query of a benchmark answered in the time that its author allows? Always so without a limit.
bool is_fast_enough(const nlohmann::ordered_json& benchmark);
/// What a run was: "Migration", "Restore", "Fix", "Script".
const char* noun_of_run(const nlohmann::ordered_json& document);
/// "waxwing", or "waxwing --env production" where the run had an environment.
std::string program_of(const nlohmann::ordered_json& document);
/// The command of the run as it must be typed to run it once more: "waxwing --env production upgrade head".
std::string command_line(const nlohmann::ordered_json& document);
/// "public.books" -> "books"; other schemas stay.
std::string short_name(const std::string& identity);
/// "public.book_assignments" -> "Book Assignments"; a name that needs quotes stays as it is.
std::string title_of_table(const std::string& identity);
/// 53 and "book_assignments" -> "53 book assignments", "1 book assignment".
std::string rows_of_table(long long count, const std::string& identity);
/// "1 book", "about 1200000 books" or "not measured".
std::string rows_text(const nlohmann::ordered_json& rows, bool is_exact, const std::string& identity);
/// "2026-01-31 23:02" of an ISO time.
std::string minute(const std::string& time);
/// What a header says of tickets: a text, a list of them, or { ["BUG-9"] = "fixed" } as "BUG-9 (fixed)".
std::string listed(const nlohmann::ordered_json& value);
/// A column as CREATE TABLE says it: "dcs_book_id integer NOT NULL".
std::string column_text(const nlohmann::ordered_json& name, const nlohmann::ordered_json& attributes);
/// An index as \d says it: "ix_books_title btree (title)", "uq_books UNIQUE CONSTRAINT, btree (a, b)".
std::string index_text(const nlohmann::ordered_json& fact);

}  // namespace migrate::report
