// policy: decides who may start what. A client says in its attribute "policy" what it wants to have
// decided: "block require counter", "replace getGlobal answer", "fail getCurrentWindow".

#include <stdexcept>
#include <string>

#include "hawser/module.h"

namespace {

hawser::EntryDecision Decide(const hawser::EntryRequest& request) {
  if (request.session == nullptr) return hawser::EntryDecision::Pass();
  const auto& attributes = request.session->attributes();
  auto wish = attributes.find("policy");
  if (wish == attributes.end()) return hawser::EntryDecision::Pass();
  std::string entry(hawser::EntryPointName(request.point));
  if (!request.name.empty()) entry.append(" ").append(request.name);
  if (wish->second == "block " + entry) return hawser::EntryDecision::Block("not for you");
  if (wish->second == "replace " + entry) return hawser::EntryDecision::Replace("a stand-in");
  if (wish->second == "fail " + entry) throw std::runtime_error("undecided");
  return hawser::EntryDecision::Pass();
}

}  // namespace

HAWSER_MODULE(policy, module) {
  module.OnEntry(Decide);
  module.Global("policy.answer", 42);
}
