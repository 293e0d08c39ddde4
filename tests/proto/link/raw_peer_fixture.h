#ifndef TESTS_PROTO_LINK_RAW_PEER_FIXTURE_H_
#define TESTS_PROTO_LINK_RAW_PEER_FIXTURE_H_

#include <optional>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "tests/proto/link/link_ends.h"
#include "tests/proto/link/raw_peer.h"
#include "tests/support/sample_objects.h"

namespace hawser::tests {

// One endpoint, whose root is `root_`, and a peer by hand.
class RawPeerTest : public ::testing::Test {
 protected:
  explicit RawPeerTest(const link::LinkLimits& limits = {})
      : end_(MakeRef<TestEndpoint>(clock_, limits)), root_(MakeRef<SampleObject>("Root")) {
    end_->SetRoot(root_);
    root_->answer = Outcome();
    peer_.Attach();
  }
  ~RawPeerTest() override {
    root_->args.clear();  // proxies among them keep their endpoint
    end_->End(EndReason::kLeft, absl::OkStatus());
    end_->held.clear();
    end_->exported.clear();
    end_->Flush();
  }

  // The one frame the endpoint has sent; an empty one if it sent none or more.
  ReadFrame Only() {
    std::vector<ReadFrame> frames = peer_.Receive();
    EXPECT_EQ(frames.size(), 1u);
    return frames.size() == 1 ? frames[0] : ReadFrame();
  }
  // What the endpoint answered to call `id`, among all it sent.
  absl::Status AnswerTo(uint64_t id) {
    for (const ReadFrame& frame : peer_.Receive()) {
      if (frame.kind == wire::FrameKind::kReturn && frame.call_id == id) return frame.status();
    }
    return absl::UnknownError("there is no answer");
  }
  // Calls the root with a fresh id.
  absl::Status CallRoot(uint64_t id) {
    peer_.Send({RawPeer::CallFrame({.id = id, .name = "any"})});
    return AnswerTo(id);
  }
  // The handle the endpoint gives `object`, handed out by call `id`.
  uint64_t Export(const ObjectRef& object, uint64_t id) {
    std::optional<Outcome> before = std::exchange(root_->answer, Outcome(Value(object)));
    peer_.Send({RawPeer::CallFrame({.id = id, .name = "give"})});
    root_->answer = before;
    ReadFrame frame = Only();
    last_frame_ = frame.number;
    return frame.references.empty() ? 0 : frame.references[0].handle;
  }

  FakeClock clock_;
  Ref<TestEndpoint> end_;
  Ref<SampleObject> root_;
  RawPeer peer_{*end_};
  uint64_t last_frame_ = 0;  // of the endpoint, that Export read
};

}  // namespace hawser::tests

#endif  // TESTS_PROTO_LINK_RAW_PEER_FIXTURE_H_
