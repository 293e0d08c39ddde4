#include "broker/core/entry_gate.h"

#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "hawser/base/string_view.h"

namespace hawser::broker {
namespace {

// One question on its way along the hooks. Owned by the task that asks the next one.
struct Question {
  std::shared_ptr<const ModuleRegistry::Modules> hooks;
  size_t next = 0;
  EntryRequest::Point point;
  SessionRef session;
  std::string name;
  EntryGate::Verdict verdict;
};

absl::Status Blocked(const Question& question, const HostedModule& by, std::string_view reason) {
  std::string text(EntryPointName(question.point));
  if (question.name.empty()) {
    absl::StrAppend(&text, "()");
  } else {
    absl::StrAppend(&text, "('", question.name, "')");
  }
  absl::StrAppend(&text, " was blocked by ", base::ToAbsl(by.name()));
  if (!reason.empty()) absl::StrAppend(&text, ": ", base::ToAbsl(reason));
  return absl::PermissionDeniedError(text);
}

void AskNext(std::unique_ptr<Question> question) {
  if (question->next == question->hooks->size()) {
    question->verdict(absl::OkStatus(), std::nullopt);
    return;
  }
  base::Executor& strand = (*question->hooks)[question->next]->strand();
  strand.Post([question = std::move(question)]() mutable {
    HostedModule& module = *(*question->hooks)[question->next++];
    EntryDecision decision = module.OnEntry({question->point, question->session, question->name});
    switch (decision.verdict) {
      case EntryDecision::Verdict::kPass:
        AskNext(std::move(question));
        break;
      case EntryDecision::Verdict::kReplace:
        question->verdict(absl::OkStatus(), std::move(decision.replacement));
        break;
      case EntryDecision::Verdict::kBlock:
        question->verdict(Blocked(*question, module, decision.reason), std::nullopt);
        break;
    }
  });
}

}  // namespace

void EntryGate::Ask(EntryRequest::Point point, SessionRef session, std::string_view name,
                    Verdict verdict) {
  std::shared_ptr<const ModuleRegistry::Modules> hooks = modules_.hooks();
  if (hooks->empty()) {
    verdict(absl::OkStatus(), std::nullopt);
    return;
  }
  AskNext(std::make_unique<Question>(Question{std::move(hooks), 0, point, std::move(session),
                                              std::string(name), std::move(verdict)}));
}

}  // namespace hawser::broker
