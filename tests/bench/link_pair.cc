#include "tests/bench/link_pair.h"

namespace hawser::bench {

ShapeRef Adder::shape() const {
  static const ShapeRef* shape = new ShapeRef(Shape::Build(
      ObjectKind::kObject, "Adder",
      {{.name = "add", .signature = {{Type::kInteger, Type::kInteger}, Type::kInteger, 2}}}));
  return *shape;
}

namespace {

// make() answers a new Adder.
class Maker final : public Object {
 public:
  ShapeRef shape() const override { return shape_; }
  void Invoke(Invocation, Reply reply) override {
    reply.Return(Value(ObjectRef(MakeRef<Adder>())));
  }

 private:
  const ShapeRef shape_ = Shape::Build(ObjectKind::kObject, "Maker", {{.name = "make"}});
};

struct Slot final : ReplySink {
  void Deliver(uint64_t, Outcome outcome) override { value = std::move(outcome.value()); }
  Value value;
};

}  // namespace

class LinkPair::Side final : public link::Endpoint {
 public:
  Side() : Endpoint({}, base::SystemClock()) {}
  void StartCall(link::IncomingCall* call) override {
    call->target().Invoke(call->invocation(), call->TakeReply());
    call->Unref();
  }
  void WantFlush() override {}
  void OnEnded(EndReason, const absl::Status&, std::vector<ObjectRef>) override {}

  Slot slot;
};

struct LinkPair::Wire final : link::Transport {
  void Send(std::string sent) override { packet = std::move(sent); }
  void Close(const absl::Status&) override {}
  std::string_view description() const override { return "bench"; }
  std::string packet;
};

LinkPair::LinkPair()
    : caller_(MakeRef<Side>()),
      callee_(MakeRef<Side>()),
      to_callee_(std::make_shared<Wire>()),
      to_caller_(std::make_shared<Wire>()) {
  callee_->SetRoot(ObjectRef(MakeRef<Maker>()));
  root_ = ObjectRef(caller_->ImportRoot());
  caller_->Attach(to_callee_, 0, callee_->Fence().limits);
  callee_->Attach(to_caller_, 0,
                  caller_->Inspect([](const link::Link& link) { return link.OurLimits(); }));
}

LinkPair::~LinkPair() {
  root_.reset();
  for (Side* end : {caller_.get(), callee_.get()}) {
    end->End(EndReason::kLeft, absl::OkStatus());
    end->Flush();
  }
}

void LinkPair::Start(const ObjectRef& target, int64_t a, int64_t b) {
  Value args[2] = {a, b};
  link::OutgoingCall call;
  call.target = target;
  call.member = 0;
  call.args = args;
  caller_->Call(std::move(call), Reply(&caller_->slot, 0));
}

void LinkPair::Callee() {
  Bytes packet = Bytes::Copy(to_callee_->packet);
  caller_->OnSent(to_callee_.get(), std::move(to_callee_->packet));
  callee_->OnPacket(to_caller_.get(), std::move(packet));
}

Bytes LinkPair::TakeReply() {
  Bytes packet = Bytes::Copy(to_caller_->packet);
  callee_->OnSent(to_caller_.get(), std::move(to_caller_->packet));
  return packet;
}

int64_t LinkPair::Finish(Bytes reply) {
  caller_->OnPacket(to_callee_.get(), std::move(reply));
  return caller_->slot.value.AsInt();
}

int64_t LinkPair::Add(const ObjectRef& target, int64_t a, int64_t b) {
  Start(target, a, b);
  Callee();
  return Finish(TakeReply());
}

ObjectRef LinkPair::Make() {
  int64_t none = 0;
  return MakeCounting(&none, &none);
}

ObjectRef LinkPair::MakeCounting(const int64_t* live_bytes, int64_t* callee_bytes) {
  link::OutgoingCall call;
  call.target = root_;
  call.name = "make";
  caller_->Call(std::move(call), Reply(&caller_->slot, 0));
  // The packet is allocated within what is counted, because it is freed within it.
  int64_t before = *live_bytes;
  Bytes packet = Bytes::Copy(to_callee_->packet);
  caller_->OnSent(to_callee_.get(), std::move(to_callee_->packet));
  callee_->OnPacket(to_caller_.get(), std::move(packet));
  *callee_bytes += *live_bytes - before;
  Finish(TakeReply());
  return std::exchange(caller_->slot.value, Value()).TakeObject();
}

}  // namespace hawser::bench
