#include "broker/inspect/tree.h"

#include <algorithm>
#include <map>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

#include "broker/inspect/records.h"
#include "hawser/shape.h"

namespace hawser::broker {
namespace {

// A node while it is made.
struct Node {
  std::string name;
  std::string_view kind;
  Value oid = nullptr;
  Value holders = nullptr;
  Value gone = nullptr;
  bool member = false;
  std::vector<Node> children = {};
};

constexpr std::string_view kConstructor = "constructor";

Value ToValue(const Node& node) {
  Record record{{"name", node.name},       {"kind", node.kind}, {"oid", node.oid},
                {"holders", node.holders}, {"gone", node.gone}, {"member", node.member}};
  if (!node.children.empty()) {
    Array children;
    for (const Node& child : node.children) children.push_back(ToValue(child));
    record.Set("children", std::move(children));
  }
  return record;
}

std::vector<Node> MembersOf(const Value& exports) {
  constexpr std::string_view kKinds[] = {"method", "property", "event"};
  std::vector<Node> members;
  if (!exports.is_object()) return members;
  ShapeRef shape = exports.AsObject()->shape();
  for (const Member& member : shape->members()) {
    if (member.hidden) continue;
    bool constructor = member.signature.result == Type::kConstructor;
    members.push_back(
        {.name = member.name,
         .kind = constructor ? kConstructor : kKinds[static_cast<size_t>(member.kind)],
         .member = true});
  }
  return members;
}

// What lives of a module: at most a page of constructors, which members are filled in from, and a
// page of the rest.
struct Live {
  std::vector<Node> constructors;
  std::vector<Node> others;
  int64_t more = 0;  // not among them
};
using LiveByModule = std::map<std::string, Live, std::less<>>;

// Without what modules export, whose ids are `exports`.
LiveByModule FindLive(Broker& broker, const std::set<uint64_t>& exports) {
  const size_t most = broker.options().limits.page;
  LiveByModule modules;
  uint64_t cursor = 0;
  do {
    for (const auto& [object, info] : broker.objects().Page(cursor, most, &cursor)) {
      if (exports.contains(info.id.value())) continue;
      std::string_view kind = ObjectKindName(object->shape()->kind());
      Live& live = modules[broker.homes().ModuleOf(*object)];
      std::vector<Node>& nodes = kind == kConstructor ? live.constructors : live.others;
      if (nodes.size() == most) {
        ++live.more;
        continue;
      }
      nodes.push_back({.name = ClassOf(*object),
                       .kind = kind,
                       .oid = info.id.value(),
                       .holders = info.holders,
                       .gone = GoneOf(*object)});
    }
  } while (cursor != 0);
  return modules;
}

// Puts a live object where it belongs below `module`, whose members are there.
void Place(Node object, Node* module) {
  auto constructor =
      std::find_if(module->children.begin(), module->children.end(), [&](const Node& member) {
        return member.member && member.kind == kConstructor && member.name == object.name;
      });
  bool known = constructor != module->children.end();
  if (known && object.kind != kConstructor) {
    constructor->children.push_back(std::move(object));
  } else if (known && constructor->oid.is(Kind::kNull)) {
    constructor->oid = object.oid;
    constructor->holders = object.holders;
    constructor->gone = object.gone;
  } else {  // of no class that is shown, or another one of that name
    module->children.push_back(std::move(object));
  }
}

}  // namespace

Array TreeOf(Broker& broker, const std::optional<std::string>& name) {
  std::vector<ModuleRegistry::Listed> modules = broker.modules().List();
  std::set<uint64_t> exported;
  for (const ModuleRegistry::Listed& listed : modules)
    exported.insert(static_cast<uint64_t>(OidOf(broker, ExportsOf(listed)).AsInt()));
  LiveByModule live = FindLive(broker, exported);
  Array roots;
  for (const ModuleRegistry::Listed& listed : modules) {
    if (name && listed.name != *name) continue;
    Value exports = ExportsOf(listed);
    Node root{.name = listed.name,
              .kind = KindOf(listed),
              .oid = OidOf(broker, exports),
              .holders = HoldersOf(broker, exports),
              .children = MembersOf(exports)};
    Live& found = live[listed.name];
    for (std::vector<Node>* nodes : {&found.constructors, &found.others}) {
      for (Node& node : *nodes) Place(std::move(node), &root);
    }
    Value node = ToValue(root);
    Record record = node.AsRecord();
    if (!record.Has("children")) record.Set("children", Array());
    record.Set("more", found.more);
    roots.emplace_back(std::move(record));
  }
  return roots;
}

}  // namespace hawser::broker
