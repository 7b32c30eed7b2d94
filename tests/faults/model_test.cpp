// Random commands, with kills and a second runner beside them, against a model of the ledger.
#include <fmt/format.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <filesystem>

#include "base/files.hpp"
#include "base/text.hpp"
#include "ledger_model.hpp"
#include "postgres/connection.hpp"
#include "proxy.hpp"
#include "support/catch.hpp"
#include "support/child.hpp"
#include "support/laws.hpp"
#include "support/temporary_folder.hpp"
#include "workspace.hpp"

namespace tests {

namespace {

enum class Verb { upgrade_head, upgrade, downgrade, stamp, resume, abandon, edit, edit_applied, line_ends };
constexpr std::array verb_names = {"upgrade head",   "upgrade", "downgrade", "stamp",
                                   "resume",         "abandon", "edit",      "edit of an applied file",
                                   "other line ends"};

struct Command {
  Verb verb = Verb::upgrade_head;
  int target = 0;
  /// SIGKILL before this message of the client; 0 for none.
  int killed_at = 0;
  bool has_second_runner = false;
};

void showValue(const Command& command, std::ostream& out) {
  out << verb_names[static_cast<std::size_t>(command.verb)] << " " << command.target;
  if (command.killed_at) out << " killed at " << command.killed_at;
  if (command.has_second_runner) out << " twice at once";
}

rc::Gen<Command> any_command() {
  using rc::gen::inRange;
  const auto verb = rc::gen::weightedElement<Verb>({{4, Verb::upgrade_head},
                                                    {5, Verb::upgrade},
                                                    {6, Verb::downgrade},
                                                    {2, Verb::stamp},
                                                    {4, Verb::resume},
                                                    {2, Verb::abandon},
                                                    {2, Verb::edit},
                                                    {1, Verb::edit_applied},
                                                    {1, Verb::line_ends}});
  const auto killed_at = rc::gen::oneOf(rc::gen::just(0), inRange(4, 50));
  return rc::gen::build<Command>(
      rc::gen::set(&Command::verb, verb), rc::gen::set(&Command::target, inRange(0, chain_length + 1)),
      rc::gen::set(&Command::killed_at, killed_at),
      rc::gen::set(&Command::has_second_runner, rc::gen::weightedElement<bool>({{3, false}, {1, true}})));
}

/// The project, the database and the model, side by side.
class Play {
 public:
  explicit Play(Workspace& workspace) : url_(workspace.emptied()), workspace_(workspace) {
    std::filesystem::create_directories(folder_.path() + "/migrations");
    base::write_file(folder_.path() + "/waxwing.lua", "return { lock_wait_s = 60 }");
    for (int revision = 1; revision <= chain_length; ++revision) write(revision);
    Workspace::look_at(url_)->query("SET search_path = public; CREATE TABLE log (n integer, what text)");
  }

  void perform(const Command& command) {
    history_ += "\n";
    std::ostringstream shown;
    showValue(command, shown);
    history_ += shown.str();
    switch (command.verb) {
      case Verb::upgrade_head: return move(command, chain_length, {"upgrade", "head"});
      case Verb::upgrade: {
        const int target = std::max(command.target, 1);
        return move(command, std::max(target, model_.level), {"upgrade", name_of(target)});
      }
      case Verb::downgrade: {
        const int target = command.target % (model_.level + 1);
        return move(command, target, {"downgrade", name_of(target)});
      }
      case Verb::stamp: return stamp(command);
      case Verb::resume: return resume(command);
      case Verb::abandon: return abandon(command);
      case Verb::edit: return edit(command.target);
      case Verb::edit_applied: return edit_applied(command.target);
      case Verb::line_ends: has_crlf_ = !has_crlf_; return write_all();
    }
  }

 private:
  void move(const Command& command, int target, const std::vector<std::string>& words) {
    LedgerModel after = model_;
    const bool may = after.go(target);
    run(command, words, after, may ? 0 : 1);
  }

  void stamp(const Command& command) {
    LedgerModel after = model_;
    if (model_.half) return run(command, {"stamp", name_of(command.target)}, after, 1);
    for (int i = after.level + 1; i <= command.target; ++i) after.stamped[static_cast<std::size_t>(i)] = true;
    after.level = command.target;
    run(command, {"stamp", name_of(command.target)}, after, 0);
  }

  void resume(const Command& command) {
    LedgerModel after = model_;
    if (model_.half) after.step(model_.half->up, LedgerModel::finished);
    run(command, {"resume"}, after, model_.half ? 0 : 2);
  }

  void abandon(const Command& command) {
    LedgerModel after = model_;
    after.half.reset();
    run(command, {"abandon", name_of(model_.half ? model_.half->revision : 1)}, after, model_.half ? 0 : 2);
  }

  /// Of a file that is not applied.
  void edit(int target) {
    const int revision = model_.level + 1 + target % (chain_length + 1);
    if (revision > chain_length || (model_.half && model_.half->revision == revision)) return;
    ++model_.version[static_cast<std::size_t>(revision)];
    write(revision);
  }

  /// Is refused, whatever else there is to do; a stamped revision has no text to differ from.
  void edit_applied(int target) {
    const int revision = 1 + target % chain_length;
    if (revision > model_.level || model_.stamped[static_cast<std::size_t>(revision)]) return;
    base::write_file(path(revision), base::read_file(path(revision)) + "-- more\n");
    run({}, {"upgrade", "head"}, model_, 11);
    write(revision);
  }

  /// Runs a command that must lead to `after` with `status`, or, killed, to somewhere on the way.
  void run(const Command& command, std::vector<std::string> words, const LedgerModel& after, int status) {
    words.insert(words.end(), {"-C", folder_.path(), "--url"});
    std::atomic<int> pid = 0;
    FaultHands hands;
    hands.signal_client = [&](int signal) {
      while (pid == 0) usleep(100);
      kill(pid, signal);
    };
    std::vector<Fault> faults;
    if (command.killed_at) faults.push_back({'F', command.killed_at, FaultKind::kill});
    int first = 0, second = status;
    {
      const Proxy proxy(url_, faults, hands);
      Child child(with(words, proxy.url()), folder_.path() + "/first");
      pid = child.pid();
      if (command.has_second_runner) second = Child(with(words, url_), folder_.path() + "/second").wait(60000);
      first = child.wait(60000);
    }
    workspace_.wait_for_sessions();
    const LedgerModel found = look();
    const bool was_killed = first == 137;
    // The second of two finds nothing to do, which resume and abandon say by their status.
    const bool ends_a_half = words[0] == "resume" || words[0] == "abandon";
    const auto is_well = [&](int got) {
      return got == status || (command.has_second_runner && ends_a_half && status == 0 && got == 2);
    };
    if ((!was_killed && !is_well(first)) || !is_well(second)) fail("exit status", found, first, second);
    if (!was_killed || command.has_second_runner) {
      if (!(found == after)) fail("the ledger is not as the model: " + after.text(), found, first, second);
      model_ = after;
    } else {
      if (!is_between(found, after)) fail("the ledger is not on the way to " + after.text(), found, first, second);
      const auto stamped = found.level == after.level ? after.stamped : model_.stamped;
      const auto version = model_.version;
      model_ = found;
      model_.stamped = stamped;
      model_.version = version;
    }
  }

  /// Is `found` what a run from the model to `after` may leave when it is killed?
  bool is_between(const LedgerModel& found, const LedgerModel& after) const {
    if (found == model_ || found == after) return true;
    LedgerModel on_the_way = model_;
    const bool up = after.level > model_.level;
    while (on_the_way.level != after.level) {
      for (int statements = on_the_way.half ? on_the_way.half->done : 0; statements < LedgerModel::finished;
           ++statements) {
        LedgerModel partly = on_the_way;
        partly.step(up, statements);
        if (found == partly && leaves_transaction(up ? on_the_way.level + 1 : on_the_way.level)) return true;
      }
      on_the_way.step(up, LedgerModel::finished);
      if (found == on_the_way) return true;
    }
    return false;
  }

  LedgerModel look() const {
    LedgerModel found;
    const auto connection = Workspace::look_at(url_);
    connection->query("SET search_path = public");
    const postgres::Result lines = connection->query("SELECT what, count(*) FROM log GROUP BY what");
    for (std::size_t i = 0; i < lines.rows(); ++i) found.log[lines.text(i, 0)] = static_cast<int>(lines.integer(i, 1));
    if (!connection->query("SELECT to_regclass('waxwing.revision') IS NOT NULL").boolean(0, 0)) return found;
    const std::string ledger =
        connection->query("SELECT coalesce(string_agg(revision, ' ' ORDER BY revision), '') FROM waxwing.revision")
            .text(0, 0);
    std::string expected;
    while (ledger.size() > expected.size()) expected += (expected.empty() ? "" : " ") + name_of(++found.level);
    if (ledger != expected) fail("the ledger is no prefix: " + ledger, found, 0, 0);
    const postgres::Result journal = connection->query(
        "SELECT revision, direction, count(*) FILTER (WHERE state = 'done') FROM waxwing.journal GROUP BY 1, 2");
    if (journal.rows() > 1) fail("two journals", found, 0, 0);
    if (journal.rows() == 1)
      found.half = {std::atoi(journal.text(0, 0).c_str() + 1), journal.value(0, 1) == "up",
                    static_cast<int>(journal.integer(0, 2))};
    return found;
  }

  [[noreturn]] void fail(const std::string& what, const LedgerModel& found, int first, int second) const {
    const auto output = [&](const char* name) {
      const std::string path = folder_.path() + "/" + name;
      return base::file_exists(path) ? base::read_file(path) : "";
    };
    throw std::runtime_error(
        fmt::format("{}\nfound: {}\nwas: {}\nexit {} and {}\ncommands:{}\n--- first\n{}--- second\n{}", what,
                    found.text(), model_.text(), first, second, history_, output("first"), output("second")));
  }

  static std::vector<std::string> with(std::vector<std::string> words, const postgres::Url& url) {
    words.push_back(url.conninfo());
    return words;
  }

  std::string path(int revision) const { return folder_.path() + "/migrations/" + name_of(revision) + ".lua"; }

  void write(int revision) const {
    const auto line = [](const std::string& what) {
      return fmt::format("  db.execute([[insert into log values (1, '{}')]])\n", what);
    };
    const auto body = [&](const std::string& what) {
      if (!leaves_transaction(revision)) return line(what);
      return line(what + " first") + "  db.execute('vacuum log')\n" + line(what + " last");
    };
    std::string text = fmt::format(
        "local m = migration {{ revision = '{}', revises = {}{} }}\nfunction m.upgrade()\n{}end\nfunction "
        "m.downgrade()\n{}end\nreturn m\n",
        name_of(revision), revision == 1 ? "nil" : "'" + name_of(revision - 1) + "'",
        leaves_transaction(revision) ? ", transaction = 'none'" : "",
        body(fmt::format("{} up v{}", name_of(revision), model_.version[static_cast<std::size_t>(revision)])),
        body(name_of(revision) + " down"));
    if (has_crlf_) text = "\xEF\xBB\xBF" + base::replace_all(text, "\n", "\r\n");
    base::write_file(path(revision), text);
  }
  void write_all() const {
    for (int revision = 1; revision <= chain_length; ++revision) write(revision);
  }

  TemporaryFolder folder_;
  const postgres::Url url_;
  Workspace& workspace_;
  LedgerModel model_;
  bool has_crlf_ = false;
  std::string history_;
};

}  // namespace

TEST_CASE("any commands, killed or twice at once, lead where the model says", "[faults][laws]") {
  Workspace workspace;
  int performed = 0;
  CHECK(holds("the ledger is as the model", 12, [&] {
    Play play(workspace);
    for (const Command& command : *rc::gen::container<std::vector<Command>>(8, any_command())) {
      play.perform(command);
      ++performed;
    }
  }));
  std::printf("model: %d commands\n", performed);
}

}  // namespace tests
