// The graph against real histories and against a naive model on random ones.
#include <rapidcheck.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "base/error.hpp"
#include "base/files.hpp"
#include "revisions/target.hpp"
#include "support/catch.hpp"

using revisions::Graph;
using revisions::Revision;
using Names = std::set<std::string>;

namespace {

Revision revision(std::string id, std::vector<std::string> revises = {}, std::vector<std::string> depends_on = {},
                  std::vector<std::string> labels = {}) {
  Revision made;
  made.path = id + ".lua";
  made.id = std::move(id);
  made.revises = std::move(revises);
  made.depends_on = std::move(depends_on);
  made.labels = std::move(labels);
  return made;
}

Names names(const std::vector<const Revision*>& list) {
  Names ids;
  for (const Revision* each : list) ids.insert(each->id);
  return ids;
}

std::string plan_text(const std::vector<revisions::Step>& steps) {
  std::string text;
  for (const revisions::Step& step : steps)
    text += (step.direction == revisions::Direction::up ? "+" : "-") + step.revision->id + " ";
  return text;
}

template <class Action>
std::string code_of(Action action) {
  try {
    action();
  } catch (const base::Error& error) {
    return error.code().id;
  }
  return "";
}

}  // namespace

TEST_CASE("a revision with two children has two heads", "[revisions]") {
  const Graph graph({revision("a"), revision("b", {"a"}), revision("c", {"a"})});
  CHECK(names(graph.heads()) == Names{"b", "c"});
  CHECK(names(graph.bases()) == Names{"a"});
  CHECK(names(graph.branch_points()) == Names{"a"});
  CHECK(graph.merge_points().empty());
}

TEST_CASE("each fault of a graph has its own error", "[revisions]") {
  CHECK(code_of([] { Graph({revision("a", {"c"}), revision("b", {"a"}), revision("c", {"b"})}); }) == "WAX-4001");
  CHECK(code_of([] { Graph({revision("a"), revision("b", {"a"}, {"c"}), revision("c", {"b"})}); }) == "WAX-4001");
  CHECK(code_of([] { Graph({revision("a", {"missing"})}); }) == "WAX-4002");
  CHECK(code_of([] { Graph({revision("a"), revision("a")}); }) == "WAX-4003");
  const Graph graph({revision("ab1"), revision("ab2", {"ab1"}), revision("b", {"ab1"})});
  CHECK(code_of([&] { graph.resolve("ab"); }) == "WAX-4005");
  CHECK(code_of([&] { graph.resolve("zz"); }) == "WAX-4006");
  CHECK(code_of([&] { plan_upgrade(graph, {}, "head"); }) == "WAX-4004");
  CHECK(graph.resolve("ab2").id == "ab2");
}

TEST_CASE("targets are Alembic's", "[revisions]") {
  // a - b - c - d, with e on a branch labelled side that begins after b
  const Graph graph({revision("a1"), revision("b1", {"a1"}), revision("c1", {"b1"}), revision("d1", {"c1"}),
                     revision("e1", {"b1"}, {}, {"side"})});
  const auto up = [&](const revisions::Applied& applied, const char* target) {
    return plan_text(plan_upgrade(graph, applied, target));
  };
  const auto down = [&](const revisions::Applied& applied, const char* target) {
    return plan_text(plan_downgrade(graph, applied, target));
  };
  CHECK(up({}, "c1") == "+a1 +b1 +c1 ");
  CHECK(up({}, "c") == "+a1 +b1 +c1 ");
  CHECK(up({}, "+2") == "+a1 +b1 ");
  CHECK(up({"a1"}, "+1") == "+b1 ");
  CHECK(up({"a1"}, "a1+1") == "+b1 ");
  CHECK(up({}, "d1-1") == "+a1 +b1 +c1 ");
  CHECK(up({}, "side@head") == "+a1 +b1 +e1 ");
  CHECK(up({"a1", "b1"}, "side@+1") == "+e1 ");
  CHECK(up({"a1", "b1", "c1", "d1"}, "d1").empty());
  CHECK(up({}, "base").empty());
  CHECK(plan_upgrade(graph, {}, "heads").size() == 5);
  CHECK(down({"a1", "b1", "c1"}, "-1") == "-c1 ");
  CHECK(down({"a1", "b1", "c1"}, "-3") == "-c1 -b1 -a1 ");
  CHECK(down({"a1", "b1", "c1"}, "a1") == "-c1 -b1 ");
  CHECK(down({"a1", "b1", "c1", "e1"}, "b1") == "-e1 -c1 ");
  CHECK(down({"a1", "b1", "c1", "e1"}, "side@-1") == "-e1 ");
  CHECK(down({"a1", "b1"}, "base") == "-b1 -a1 ");
  CHECK(code_of([&] { down({"a1", "b1", "c1", "e1"}, "-1"); }) == "WAX-4007");
  CHECK(code_of([&] { down({"a1"}, "-2"); }) == "WAX-4008");
  CHECK(code_of([&] { up({"a1", "b1"}, "+1"); }) == "WAX-4007");
  CHECK(code_of([&] { up({"d1", "c1", "b1", "a1"}, "+1"); }) == "WAX-4008");
  CHECK(code_of([&] { up({}, "nolabel@head"); }) == "WAX-4016");
  CHECK(code_of([&] { up({"gone"}, "c1"); }) == "WAX-4011");
  CHECK(code_of([&] { up({}, "-1"); }) == "WAX-4007");
  const auto range = [&](const char* text) {
    std::string ids;
    for (const Revision* each : revisions_in_range(graph, {"a1", "b1", "c1", "d1"}, revisions::parse_range(text)))
      ids += each->id + " ";
    return ids;
  };
  CHECK(range("b1:d1") == "d1 c1 b1 ");
  CHECK(range(":c1") == "c1 b1 a1 ");
  CHECK(range("-2:current") == "d1 c1 b1 ");
}

TEST_CASE("ids may look like anything", "[revisions]") {
  const Graph graph(
      {revision("head"), revision("a-1", {"head"}), revision("x@y", {"a-1"}), revision("\xC3\xA4 b", {"x@y"})});
  CHECK(plan_text(plan_upgrade(graph, {}, "a-1")) == "+head +a-1 ");
  CHECK(plan_upgrade(graph, {}, "x@y").size() == 3);
  CHECK(plan_upgrade(graph, {}, "\xC3\xA4 b").size() == 4);
}

TEST_CASE("real graphs have the heads, bases and merges that their projects say", "[revisions][data]") {
  const std::filesystem::path folder = std::filesystem::path(WAXWING_SOURCE_DIR) / "../shared/data/graphs";
  if (!std::filesystem::exists(folder)) {
    WARN("skipped: " << folder.string() << " is not there");
    return;
  }
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    INFO(entry.path().string());
    const nlohmann::json json = nlohmann::json::parse(base::read_file(entry.path().string()));
    std::vector<Revision> list;
    const auto ids = [](const nlohmann::json& value) {
      if (value.is_string()) return std::vector<std::string>{value.get<std::string>()};
      return value.is_array() ? value.get<std::vector<std::string>>() : std::vector<std::string>();
    };
    const auto field = [](const nlohmann::json& object, std::initializer_list<const char*> keys) {
      for (const char* key : keys)
        if (object.contains(key)) return object[key];
      return nlohmann::json();
    };
    for (const auto& each : json["revisions"])
      list.push_back(revision(each["revision"], ids(field(each, {"down_revision", "parents", "revises"})),
                              ids(field(each, {"depends_on"})), ids(field(each, {"branch_labels", "labels"}))));
    // A dependency on another project's history is not in the file.
    Names known;
    for (const Revision& each : list) known.insert(each.id);
    for (Revision& each : list)
      std::erase_if(each.depends_on, [&](const std::string& id) { return !known.contains(id); });
    const Graph graph(std::move(list));
    const nlohmann::json& stats = json["stats"];
    CHECK(graph.size() == stats["revisions"].get<std::size_t>());
    CHECK(names(graph.heads()) == stats["heads"].get<Names>());
    CHECK(names(graph.bases()) == stats["bases"].get<Names>());
    CHECK(graph.merge_points().size() == stats["merges"].get<std::size_t>());
    CHECK(graph.branch_points().size() == stats["branchpoints"].get<std::size_t>());
    const auto steps = plan_upgrade(graph, {}, "heads");
    CHECK(steps.size() == graph.size());
    Names done;
    for (const revisions::Step& step : steps) {
      for (const Revision* before : graph.parents(*step.revision)) REQUIRE(done.contains(before->id));
      for (const Revision* before : graph.dependencies(*step.revision)) REQUIRE(done.contains(before->id));
      done.insert(step.revision->id);
    }
  }
}

TEST_CASE("random graphs agree with a naive model", "[revisions][property]") {
  const bool holds = rc::check("upgrade and downgrade move to the closed sets, in a valid order", [] {
    const int count = *rc::gen::inRange(1, 25);
    std::vector<Revision> list;
    std::map<std::string, std::set<std::string>> needs;
    Names heads, bases;
    for (int i = 0; i < count; ++i) {
      std::vector<std::string> parents, dependencies;
      if (i > 0)
        for (int p : *rc::gen::unique<std::vector<int>>(
                 static_cast<std::size_t>(*rc::gen::inRange(0, std::min(i, 3) + 1)), rc::gen::inRange(0, i)))
          (*rc::gen::inRange(0, 5) == 0 ? dependencies : parents).push_back("r" + std::to_string(p));
      const std::string id = "r" + std::to_string(i);
      for (const auto* each : {&parents, &dependencies})
        for (const std::string& before : *each) {
          needs[id].insert(before);
          needs[id].insert(needs[before].begin(), needs[before].end());
        }
      heads.insert(id);
      for (const std::string& parent : parents) heads.erase(parent);
      if (parents.empty()) bases.insert(id);
      list.push_back(revision(id, parents, dependencies));
    }
    const Graph graph(std::move(list));
    RC_ASSERT(names(graph.heads()) == heads);
    RC_ASSERT(names(graph.bases()) == bases);
    // "r1" is an id of its own although r10 begins with it; "r" fits all of them.
    RC_ASSERT(graph.resolve("r0").id == "r0");
    RC_ASSERT(code_of([&] { graph.resolve("r"); }) == (count == 1 ? "" : "WAX-4005"));
    const std::string target = "r" + std::to_string(*rc::gen::inRange(0, count));
    Names expected = needs[target];
    expected.insert(target);
    Names reached;
    revisions::Applied applied;
    for (const revisions::Step& step : plan_upgrade(graph, {}, target)) {
      for (const std::string& before : needs[step.revision->id]) RC_ASSERT(reached.contains(before));
      reached.insert(step.revision->id);
      applied.push_back(step.revision->id);
    }
    RC_ASSERT(reached == expected);
    RC_ASSERT(plan_upgrade(graph, applied, target).empty());
    const std::string floor =
        applied[static_cast<std::size_t>(*rc::gen::inRange<int>(0, static_cast<int>(applied.size())))];
    Names left = reached;
    for (const revisions::Step& step : plan_downgrade(graph, applied, floor)) {
      for (const std::string& id : left) RC_ASSERT(!needs[id].contains(step.revision->id));
      left.erase(step.revision->id);
    }
    Names kept;
    for (const std::string& id : reached)
      if (!needs[id].contains(floor)) kept.insert(id);
    RC_ASSERT(left == kept);
  });
  CHECK(holds);
}

TEST_CASE("a step along a branch starts where the applied revisions leave it", "[revisions]") {
  const Graph graph({revision("a1"), revision("b1", {"a1"}), revision("c1", {"b1"}),
                     revision("e1", {"b1"}, {}, {"side"}), revision("x1", {}, {}, {"other"})});
  const auto up = [&](const revisions::Applied& applied, const char* target) {
    return plan_text(plan_upgrade(graph, applied, target));
  };
  CHECK(up({"a1", "b1", "c1"}, "side@+1") == "+e1 ");
  CHECK(up({"a1", "b1", "c1"}, "other@+1") == "+x1 ");
  CHECK(up({}, "side@b1") == "+a1 +b1 ");
  CHECK(up({}, "side@e") == "+a1 +b1 +e1 ");
  CHECK(code_of([&] { up({}, "side@c1"); }) == "WAX-4007");
}

TEST_CASE("a parent named twice is one parent", "[revisions]") {
  const Graph graph({revision("a"), revision("b", {"a", "a"}, {"a", "a"})});
  CHECK(graph.branch_points().empty());
  CHECK(graph.merge_points().empty());
  CHECK(plan_text(plan_upgrade(graph, {}, "+2")) == "+a +b ");
}

TEST_CASE("a dependency is an id, a unique prefix or a label", "[revisions]") {
  const Graph graph({revision("ab1", {}, {}, {"side"}), revision("ab2"), revision("c", {}, {"ab2"}),
                     revision("d", {}, {"side"}), revision("e", {}, {"ab1"})});
  CHECK(plan_text(plan_upgrade(graph, {}, "d")) == "+ab1 +d ");
  CHECK(code_of([] { Graph({revision("ab1"), revision("ab2"), revision("c", {}, {"ab"})}); }) == "WAX-4005");
}
