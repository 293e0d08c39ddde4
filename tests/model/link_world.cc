#include "tests/model/link_world.h"

#include <deque>
#include <map>

#include "absl/strings/str_cat.h"
#include "hawser/promise.h"

namespace hawser::tests {
namespace {

ShapeRef ItemShape() {
  static const ShapeRef* shape = new ShapeRef(Shape::Build(
      ObjectKind::kObject, "Item",
      {{.name = "touch"}, {.name = "give"}, {.name = "take"}, {.name = "home"}, {.name = "drop"}}));
  return *shape;
}

}  // namespace

// Members: touch(token, position) notes that it ran; give(token, which) hands out item `which`;
// take(token, object) keeps an object of the caller's; home(token, object, id) expects one of its
// own; drop(token) lets go of what was taken.
class LinkWorld::Item final : public Object {
 public:
  Item(Side* end, uint64_t id) : end_(end), id_(id) {}
  uint64_t id() const { return id_; }
  ShapeRef shape() const override { return ItemShape(); }
  void Invoke(Invocation call, Reply reply) override;
  const void* type_tag() const override { return &kTag; }
  static constexpr char kTag = 0;

 private:
  ~Item() override = default;
  Side* const end_;
  const uint64_t id_;
};

struct LinkWorld::Held {
  ObjectRef proxy;
  uint64_t item = 0;      // id of the far item it must stand for
  uint64_t position = 0;  // touches sent through this reference
};

class LinkWorld::Side final : public link::Endpoint {
 public:
  Side(LinkWorld* world, const link::LinkLimits& limits)
      : Endpoint(limits, world->clock_), world_(world) {
    for (uint64_t i = 0; i < kItems; ++i) items_.push_back(MakeRef<Item>(this, i));
    root_ = MakeRef<Item>(this, kItems);
    SetRoot(root_);
  }

  static constexpr uint64_t kItems = 4;

  void StartCall(link::IncomingCall* call) override { started_.push_back(call); }
  void WantFlush() override { wants_flush_ = true; }
  void OnEnded(EndReason, const absl::Status&, std::vector<ObjectRef>) override {}

  // The random program.
  void Act();
  bool RunOneCall();
  bool AnswerOne();
  void FlushIfWanted() {
    if (std::exchange(wants_flush_, false)) Flush();
  }
  void DropAll() {
    held_.clear();
    taken_.clear();
  }
  bool Busy() const { return !started_.empty() || !late_.empty() || outstanding_ > 0; }

  // A call of this end that must be answered.
  class Waiter final : public ReplySink {
   public:
    Waiter(Side* end, std::function<void(Outcome)> then) : end_(end), then_(std::move(then)) {
      ++end_->outstanding_;
    }
    void Deliver(uint64_t, Outcome outcome) override {
      --end_->outstanding_;
      then_(std::move(outcome));
      delete this;
    }

   private:
    Side* end_;
    std::function<void(Outcome)> then_;
  };
  uint64_t Send(const ObjectRef& target, uint64_t answer, int member, Array args, bool keep,
                std::optional<base::MonoTime> deadline, std::function<void(Outcome)> then) {
    link::OutgoingCall call;
    call.target = target;
    call.answer = answer;
    if (!target || target == remote_root_) {
      call.name = ItemShape()->members()[static_cast<size_t>(member)].name;
    } else {
      call.member = member;
    }
    call.args = args;
    call.keep_answer = keep;
    call.deadline = deadline;
    return Call(std::move(call), Reply(new Waiter(this, std::move(then)), 0));
  }

  LinkWorld* const world_;
  std::vector<Ref<Item>> items_;
  Ref<Item> root_;
  ObjectRef remote_root_;
  std::deque<link::IncomingCall*> started_;
  std::vector<std::pair<Reply, Value>> late_;
  std::vector<Held> held_;
  std::vector<ObjectRef> taken_;
  std::map<std::pair<uint64_t, uint64_t>, uint64_t>
      last_position_;  // (lane, item) -> last touch that ran
  int outstanding_ = 0;
  bool wants_flush_ = false;
  uint64_t next_lane_ = 1;
  std::map<uint64_t, uint64_t> positions_;  // touches sent, by lane
};

void LinkWorld::Item::Invoke(Invocation call, Reply reply) {
  LinkWorld* world = end_->world_;
  ++world->calls_run_;
  auto token = static_cast<uint64_t>(call.args[0].AsInt());
  if (++world->runs_[token] > 1) world->Fail(absl::StrCat("call ", token, " ran twice"));
  std::string_view name = call.member_name();
  Value result;
  if (name == "touch") {
    auto lane = static_cast<uint64_t>(call.args[1].AsInt());
    auto position = static_cast<uint64_t>(call.args[2].AsInt());
    auto item = static_cast<uint64_t>(call.args[3].AsInt());
    if (item != id_) world->Fail(absl::StrCat("a touch of item ", item, " reached item ", id_));
    uint64_t& last = end_->last_position_[{lane, 0}];
    if (position <= last)
      world->Fail(absl::StrCat("touch ", position, " of lane ", lane, " ran after touch ", last));
    last = position;
  } else if (name == "give") {
    result = Value(ObjectRef(end_->items_[static_cast<size_t>(call.args[1].AsInt())]));
  } else if (name == "take") {
    Object* object = call.args[1].AsObject();
    if (object == nullptr) world->Fail("an object argument did not arrive");
    if (object != nullptr && object->type_tag() == &kTag)
      world->Fail("an object of the caller arrived as one of ours");
    if (world->Chance(70)) end_->taken_.push_back(call.args[1].TakeObject());
  } else if (name == "home") {
    Object* object = call.args[1].AsObject();
    if (object == nullptr || object->type_tag() != &kTag ||
        static_cast<Item*>(object)->id_ != static_cast<uint64_t>(call.args[2].AsInt())) {
      world->Fail("an object sent home did not arrive as the original");
    }
  } else if (name == "drop") {
    if (!end_->taken_.empty())
      end_->taken_.erase(end_->taken_.begin() +
                         static_cast<ptrdiff_t>(world->Random(end_->taken_.size())));
  }
  if (world->Chance(30)) {
    end_->late_.emplace_back(std::move(reply), std::move(result));
  } else {
    reply.Return(std::move(result));
  }
}

bool LinkWorld::Side::RunOneCall() {
  if (started_.empty()) return false;
  link::IncomingCall* call = started_.front();
  started_.pop_front();
  ObjectRef target = call->target_ref();
  Reply reply = call->TakeReply();
  target->Invoke(call->invocation(), std::move(reply));
  call->Unref();
  return true;
}

bool LinkWorld::Side::AnswerOne() {
  if (late_.empty()) return false;
  size_t i = world_->Random(late_.size());
  Reply reply = std::move(late_[i].first);
  Value value = std::move(late_[i].second);
  late_.erase(late_.begin() + static_cast<ptrdiff_t>(i));
  reply.Return(std::move(value));
  return true;
}

void LinkWorld::Side::Act() {
  LinkWorld& world = *world_;
  if (outstanding_ > 40) return;
  uint64_t token = world.next_token_++;
  auto must_succeed = [this, token](std::string_view what) {
    return [this, token, what = std::string(what)](const Outcome& outcome) {
      if (!outcome.ok() && outcome.error().code() != absl::StatusCode::kDeadlineExceeded) {
        world_->Fail(
            absl::StrCat(what, " (call ", token, ") failed: ", outcome.error().ToString()));
      }
    };
  };
  std::optional<base::MonoTime> deadline;
  if (world.Chance(15)) {
    deadline = clock().Now() + absl::Milliseconds(static_cast<int64_t>(1 + world.Random(5)));
  }
  switch (world.Random(8)) {
    case 0:
    case 1: {  // ask for an item, keep it perhaps
      uint64_t item = world.Random(kItems);
      Send(remote_root_, 0, 1, {token, item}, false, deadline,
           [this, item, fail = must_succeed("give")](Outcome outcome) {
             fail(outcome);
             if (!outcome.ok()) return;
             if (outcome.value().AsObject() == nullptr) {
               world_->Fail("give answered no object");
             } else if (world_->Chance(80)) {
               held_.push_back({outcome.value().TakeObject(), item, 0});
             }
           });
      break;
    }
    case 2: {  // pipelined: touch what give will answer, twice, then let the answer go
      uint64_t item = world.Random(kItems);
      uint64_t lane = next_lane_++ << 1 | 1;
      uint64_t base =
          Send(remote_root_, 0, 1, {token, item}, true, std::nullopt, must_succeed("give"));
      if (base == 0) break;
      for (uint64_t position = 1; position <= 2; ++position) {
        Send(nullptr, base, 0, {world.next_token_++, lane, position, item}, false, std::nullopt,
             must_succeed("touch of an answer"));
      }
      ReleaseAnswer(base);
      break;
    }
    case 3:
    case 4: {  // use a proxy
      if (held_.empty()) break;
      Held& held = held_[world.Random(held_.size())];
      auto lane = static_cast<link::Proxy*>(held.proxy.get())->handle() << 1;
      uint64_t& position = positions_[lane];
      Send(held.proxy, 0, 0, {token, lane, ++position, held.item}, false, deadline,
           must_succeed("touch"));
      break;
    }
    case 5: {  // send one of ours
      Send(remote_root_, 0, 2, {token, Value(ObjectRef(items_[world.Random(kItems)]))}, false,
           deadline, must_succeed("take"));
      break;
    }
    case 6: {  // send one of theirs home
      if (held_.empty()) break;
      Held& held = held_[world.Random(held_.size())];
      Send(remote_root_, 0, 3, {token, Value(held.proxy), held.item}, false, std::nullopt,
           must_succeed("home"));
      break;
    }
    case 7: {
      Send(remote_root_, 0, 4, {token}, false, std::nullopt, must_succeed("drop"));
      break;
    }
  }
}

LinkWorld::LinkWorld(uint64_t seed) : random_(seed) {
  link::LinkLimits limits;
  // Small, so that the outbox, the grants and the replay bound all come into play.
  if (Chance(50)) {
    limits.call_window = 3 + Random(6);
    limits.replay_bytes = 200 + Random(400);
  }
  a_ = MakeRef<Side>(this, limits);
  b_ = MakeRef<Side>(this, limits);
  a_->remote_root_ = a_->ImportRoot();
  b_->remote_root_ = b_->ImportRoot();
  Connect();
}

LinkWorld::~LinkWorld() {
  for (Side* end : {a_.get(), b_.get()}) {
    end->End(EndReason::kLeft, absl::OkStatus());
    for (link::IncomingCall* call : end->started_) call->Unref();
    end->started_.clear();
    end->late_.clear();
    end->DropAll();
    end->remote_root_.reset();
  }
  for (Side* end : {a_.get(), b_.get()}) end->Flush();
}

void LinkWorld::Connect() {
  if (connection_ != nullptr && Chance(50)) {
    // Nobody noticed that the old one broke: it is replaced, and what it carries arrives late.
    replaced_.push_back(std::move(connection_));
  }
  connection_.reset();
  connection_ = std::make_unique<MemoryConnection>(*a_, *b_);
}

void LinkWorld::Fail(std::string what) {
  if (failure_.empty()) failure_ = std::move(what);
}

void LinkWorld::Step() {
  Side& end = Chance(50) ? *a_ : *b_;
  uint64_t what = Random(100);
  if (what < 20) {
    end.Act();
  } else if (what < 45) {
    Chance(50) ? connection_->DeliverToA() : connection_->DeliverToB();
  } else if (what < 60) {
    end.RunOneCall();
  } else if (what < 70) {
    end.AnswerOne();
  } else if (what < 82) {
    if (!end.held_.empty())
      end.held_.erase(end.held_.begin() + static_cast<ptrdiff_t>(Random(end.held_.size())));
  } else if (what < 90) {
    end.FlushIfWanted();
  } else if (what < 92) {
    end.Heartbeat();
  } else if (what < 94) {
    if (!replaced_.empty()) replaced_[Random(replaced_.size())]->DeliverLate();
  } else if (what < 97) {
    clock_.Advance(absl::Milliseconds(1));
    end.Tick();
  } else {
    ++cuts_;
    if (Chance(50)) {
      connection_->Cut();
      if (Chance(50)) end.Act();  // something happens while they are apart
    }
    Connect();
  }
  if (!connection_->open()) {
    Fail(absl::StrCat("the connection was closed: ", connection_->close_status().ToString()));
  }
}

void LinkWorld::Settle() {
  for (int i = 0; i < 20000; ++i) {
    bool moved = false;
    for (Side* end : {a_.get(), b_.get()}) {
      while (end->RunOneCall()) moved = true;
      while (end->AnswerOne()) moved = true;
      end->FlushIfWanted();
    }
    while (connection_->DeliverToA() || connection_->DeliverToB()) moved = true;
    if (moved) continue;
    if (!a_->Busy() && !b_->Busy()) return;
    // Acknowledgements free what waits at the bounds.
    a_->Heartbeat();
    b_->Heartbeat();
    if (!connection_->DeliverToA() && !connection_->DeliverToB()) break;
  }
  if (a_->Busy() || b_->Busy()) {
    Fail(absl::StrCat("it does not come to rest: ", a_->outstanding_, " and ", b_->outstanding_,
                      " calls are unanswered"));
  }
}

void LinkWorld::Run(int steps) {
  for (int i = 0; i < steps && failure_.empty(); ++i) Step();
  if (!failure_.empty()) return;
  Settle();
  for (const auto& [token, runs] : runs_) {
    if (runs != 1) Fail(absl::StrCat("call ", token, " ran ", runs, " times"));
  }
  // Nobody holds anything now: nothing may stay exported, nothing imported but the roots.
  for (int i = 0; i < 3; ++i) {
    for (Side* end : {a_.get(), b_.get()}) {
      end->DropAll();
      end->Flush();
      end->Heartbeat();
    }
    Settle();
  }
  for (Side* end : {a_.get(), b_.get()}) {
    link::LinkStats stats = end->Inspect([](const link::Link& link) { return link.stats(); });
    if (stats.exports != 0)
      Fail(absl::StrCat(stats.exports, " handles stay exported though nobody holds one"));
    if (stats.imports != 1)
      Fail(absl::StrCat(stats.imports, " proxies are left where only the root should be"));
    if (stats.answers != 0)
      Fail(absl::StrCat(stats.answers, " answers are kept though nobody names one"));
    if (stats.calls_running != 0 || stats.waiting != 0) Fail("calls are left");
  }
}

}  // namespace hawser::tests
