#ifndef TESTS_PROTO_LINK_LIMITED_LINK_H_
#define TESTS_PROTO_LINK_LIMITED_LINK_H_

// LimitedLinkTest: fixture of tests that make links of several limits.

#include "gtest/gtest.h"
#include "tests/proto/link/link_ends.h"

namespace hawser::tests {

inline constexpr link::LinkLimits kDefault;

class LimitedLinkTest : public ::testing::Test {
 protected:
  // Two ends; `near` is the caller's limits, `far` the callee's.
  struct Ends : LinkTest {
    Ends(const link::LinkLimits& near, const link::LinkLimits& far) : LinkTest(near, far) {}
    void TestBody() override {}
    using LinkTest::CallRoot, LinkTest::Import, LinkTest::Settle, LinkTest::connection_,
        LinkTest::far_, LinkTest::near_, LinkTest::remote_, LinkTest::root_, LinkTest::Connect;
  };
};

}  // namespace hawser::tests

#endif  // TESTS_PROTO_LINK_LIMITED_LINK_H_
