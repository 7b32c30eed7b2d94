// Who observes each run.
#include "base/text.hpp"
#include "migrate/plugins.hpp"
#include "migrate/run_observer.hpp"
#include "migrate/run_recorder.hpp"

namespace migrate {

namespace {

/// What operations note on the way goes to the log.
class NotesToLog final : public RunObserver {
 public:
  explicit NotesToLog(base::Console& console) : console_(console) {}
  void note(std::string text) override {
    // What goes along unasked is worth a warning; the rest is news.
    if (text.find("also drops") != std::string::npos)
      console_.warn("migrate", text);
    else
      console_.info("migrate", text);
  }

 private:
  base::Console& console_;
};

/// Who can help is said when help is wanted.
class ContactsOnError final : public RunObserver {
 public:
  ContactsOnError(std::vector<std::string> contacts, base::Console& console)
      : contacts_(std::move(contacts)), console_(console) {}
  void on_error(const base::Error&, const revisions::Step*) override {
    console_.warn("migrate", "contacts: " + base::join(contacts_, "; "));
  }

 private:
  const std::vector<std::string> contacts_;
  base::Console& console_;
};

}  // namespace

RunObservers observers_of(Project& project, base::Console& console) {
  RunObservers observers;
  observers.add(std::make_unique<NotesToLog>(console));
  observers.add(run_recorder(project, console));
  if (project.config().has("contacts"))
    observers.add(std::make_unique<ContactsOnError>(project.config().list("contacts"), console));
  for (script::Plugin* plugin : project.plugins()) observers.add(observe_by(*plugin, project));
  return observers;
}

}  // namespace migrate
