// What the ledger, the journal and the log of a small project must be after any sequence of commands.
#pragma once
#include <array>
#include <map>
#include <optional>
#include <string>

namespace tests {

/// Revisions r1 ... r5 in a chain; those with an even number leave their transaction between two statements. Every
/// statement writes a line to a log, so what was run, and how often, can be told from it.
constexpr int chain_length = 5;
inline bool leaves_transaction(int revision) { return revision % 2 == 0; }
inline std::string name_of(int revision) { return revision == 0 ? "base" : "r" + std::to_string(revision); }

struct HalfDoneModel {
  int revision = 0;
  bool up = true;
  /// Statements that are done, of three; the second writes no line. After the third only the ledger row is missing.
  int done = 0;
  bool operator==(const HalfDoneModel&) const = default;
};

struct LedgerModel {
  /// r1 to this one are applied.
  int level = 0;
  std::optional<HalfDoneModel> half;
  std::map<std::string, int> log;
  /// How often a file was edited, from 1.
  std::array<int, chain_length + 1> version = {1, 1, 1, 1, 1, 1};
  std::array<bool, chain_length + 1> stamped{};

  bool operator==(const LedgerModel& other) const {
    return level == other.level && half == other.half && log == other.log;
  }
  std::string text() const;

  /// The lines that a revision's statements from `first` to `last` write.
  void write(int revision, bool up, int first, int last);
  /// Does statements of the next revision in this direction, and with `finished` its ledger row.
  void step(bool up, int statements);
  static constexpr int finished = 4;
  /// Goes to a level as upgrade and downgrade do. False when the half-done revision is in the way.
  bool go(int target);
};

}  // namespace tests
