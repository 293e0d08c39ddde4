#include "hawser/session_view.h"

#include <map>
#include <optional>
#include <string>

#include "gtest/gtest.h"

namespace hawser {
namespace {

class FakeSession final : public SessionView {
 public:
  explicit FakeSession(bool* destroyed) : destroyed_(destroyed) {}

  SessionId id() const override { return {}; }
  const std::map<std::string, std::string>& attributes() const override { return attributes_; }
  pid_t pid() const override { return 0; }
  std::optional<uid_t> uid() const override { return std::nullopt; }
  absl::Time since() const override { return absl::UnixEpoch(); }
  bool ended() const override { return false; }

 private:
  ~FakeSession() override { *destroyed_ = true; }

  bool* destroyed_;
  std::map<std::string, std::string> attributes_;
};

TEST(SessionViewTest, LivesAsLongAsSomebodyKeepsIt) {
  bool destroyed = false;
  SessionRef first = MakeRef<FakeSession>(&destroyed);
  SessionRef second = first;
  first.reset();
  EXPECT_FALSE(destroyed);
  second.reset();
  EXPECT_TRUE(destroyed);
}

TEST(SessionViewTest, ReasonsOfAnEndHaveNames) {
  EXPECT_EQ(EndReasonName(EndReason::kLeft), "left");
  EXPECT_EQ(EndReasonName(EndReason::kLeaseExpired), "lease expired");
  EXPECT_EQ(EndReasonName(EndReason::kViolation), "violation");
}

}  // namespace
}  // namespace hawser
