#include "hawser/dispatch.h"

#include <string>
#include <utility>

#include "hawser/base/executor.h"

namespace hawser::internal {
namespace {

thread_local int inline_depth = 0;

// A call together with all it needs, so that it can wait in a queue. Destroyed unrun, it answers
// INTERNAL by its Reply.
struct Call {
  ObjectRef target;
  Op op = Op::kCall;
  std::string name;  // "" for the object itself
  ShapeRef shape;    // null if the shape does not list the name
  int member = Invocation::kSelf;
  Array args;
  Reply reply;

  void Run() {
    if (target->gone() != GoneReason::kAlive) {
      reply.Fail(GoneStatus(*target));
      return;
    }
    Invocation call{.op = op,
                    .member = member,
                    .shape = shape.get(),
                    .args = args,
                    .no_reply = !reply.pending()};
    if (shape == nullptr) call.name = name;
    ++inline_depth;
    target->Invoke(call, std::move(reply));
    --inline_depth;
  }
};

absl::Status HiddenStatus(const Shape& shape, std::string_view member) {
  std::string text(member);
  text += " of ";
  text += shape.name().empty() ? ObjectKindName(shape.kind()) : std::string_view(shape.name());
  text += " is not enumerable";
  return absl::NotFoundError(text);
}

}  // namespace

void Dispatch(Object& target, Op op, std::string_view member, Array args, Reply reply) {
  Call call{.target = ObjectRef(&target),
            .op = op,
            .name = std::string(member),
            .args = std::move(args),
            .reply = std::move(reply)};
  if (ShapeRef shape = target.shape(); shape != nullptr) {
    if (!member.empty()) call.member = shape->Find(member);
    if (member.empty() || call.member != Shape::kNotFound) call.shape = std::move(shape);
  }
  if (call.member != Invocation::kSelf &&
      call.shape->members()[static_cast<size_t>(call.member)].hidden) {
    call.reply.Fail(HiddenStatus(*call.shape, member));
    return;
  }
  base::Executor* home = target.home();
  if (home == nullptr || (home == base::CurrentExecutor() && inline_depth < kMaxInlineDepth)) {
    call.Run();
  } else {
    home->Post([call = std::move(call)]() mutable { call.Run(); });
  }
}

}  // namespace hawser::internal
