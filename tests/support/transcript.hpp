// Transcripts: tests that are documentation. A file holds commands and what they print.
//
//   # prose                        a remark
//   > file NAME                    writes the indented lines that follow (two blanks are taken off)
//   > needs pg_dump                leaves the file out where pg_dump is older than the server
//   > copy DIR                     copies a folder of the source tree into the working folder
//   $ command                      run by bash, waxwing on PATH, DATABASE_URL naming an empty database
//   output                         what it prints, stdout and stderr together
//   [exit 6]                       its status, where it is not 0
//
// In the output {{any}} stands for anything within a line, and a line of only ... for any number of lines.
// WAXWING_ACCEPT=1 writes what was printed into the file.
#pragma once
#include <string>
#include <vector>

namespace tests {

/// Does the text that was printed fit the expected lines?
bool fits(const std::vector<std::string>& expected, const std::vector<std::string>& printed);

/// Runs a transcript; returns a description of the first difference, empty when there is none.
std::string run_transcript(const std::string& path);

}  // namespace tests
