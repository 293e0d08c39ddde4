#include "broker/inspect/tree.h"

#include <algorithm>
#include <map>
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

// What lives of a module.
struct Live {
  std::vector<Node> objects;
  int64_t more = 0;  // not among them
};

std::map<std::string, Live, std::less<>> LiveByModule(Broker& broker) {
  const size_t most = broker.options().limits.page;
  std::map<std::string, Live, std::less<>> modules;
  uint64_t cursor = 0;
  do {
    for (const auto& [object, info] : broker.objects().Page(cursor, most, &cursor)) {
      Live& live = modules[broker.homes().ModuleOf(*object)];
      if (live.objects.size() >= most) {
        ++live.more;
        continue;
      }
      live.objects.push_back({.name = ClassOf(*object),
                              .kind = ObjectKindName(object->shape()->kind()),
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
  if (constructor == module->children.end()) {
    module->children.push_back(std::move(object));
  } else if (object.kind != kConstructor) {
    constructor->children.push_back(std::move(object));
  } else if (constructor->oid.is(Kind::kNull)) {
    constructor->oid = object.oid;
    constructor->holders = object.holders;
    constructor->gone = object.gone;
  } else {  // another one of that name
    module->children.push_back(std::move(object));
  }
}

}  // namespace

Array TreeOf(Broker& broker, const std::optional<std::string>& name) {
  std::map<std::string, Live, std::less<>> live = LiveByModule(broker);
  Array roots;
  for (const ModuleRegistry::Listed& listed : broker.modules().List()) {
    if (name && listed.name != *name) continue;
    Value exports = ExportsOf(listed);
    Node root{.name = listed.name,
              .kind = KindOf(listed),
              .oid = OidOf(broker, exports),
              .holders = HoldersOf(broker, exports),
              .children = MembersOf(exports)};
    Live& objects = live[listed.name];
    for (Node& object : objects.objects) {
      bool root_itself = object.oid == root.oid;
      if (!root_itself) Place(std::move(object), &root);
    }
    Value node = ToValue(root);
    Record record = node.AsRecord();
    if (!record.Has("children")) record.Set("children", Array());
    record.Set("more", objects.more);
    roots.emplace_back(std::move(record));
  }
  return roots;
}

}  // namespace hawser::broker
