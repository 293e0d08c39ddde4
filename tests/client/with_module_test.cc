// A program may be a client and have modules of its own, so the headers of both must go together.

#include <optional>
#include <string>

#include "gmock/gmock.h"
#include "hawser/module.h"
#include "hawser/remote.h"
#include "tests/support/status_matchers.h"

namespace hawser {
namespace {

using tests::StatusIs;

// Made nowhere; that it compiles is the test.
class Adder final : public EventEmitter {
 public:
  int64_t Add(int64_t a, std::optional<int64_t> b) {
    int64_t sum = a + b.value_or(0);
    Emit("added", sum, std::string("sum"));
    return sum;
  }
};

TEST(WithModuleTest, TheHeadersOfClientsAndOfModulesGoTogether) {
  RemoteObject nothing;
  EXPECT_THAT(nothing.Call("add", 1, "two", 3.0, Callback([](int64_t) {})),
              StatusIs(absl::StatusCode::kFailedPrecondition));
}

}  // namespace
}  // namespace hawser
