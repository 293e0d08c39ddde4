#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "hawser/testing/module_harness.h"
#include "tests/support/model_printers.h"
#include "tests/support/status_matchers.h"

namespace hawser {
namespace {

using ::hawser::testing::ModuleHarness;
using ::hawser::testing::TestCallback;
using ::hawser::testing::TestObject;
using ::hawser::testing::TestSession;
using ::hawser::tests::IsOk;
using ::hawser::tests::IsOkAndHolds;
using ::hawser::tests::StatusIs;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;
using enum absl::StatusCode;

class WindowTest : public ::testing::Test {
 protected:
  TestObject window_class() { return *harness_.exports().GetObject("BrowserWindow"); }
  size_t OpenWindows() { return window_class().Call("getAllWindows")->AsArray().size(); }

  ModuleHarness harness_;
};

TEST_F(WindowTest, IsMadeAsItsOptionsSay) {
  TestObject window =
      *harness_.New("BrowserWindow", Record{{"width", 800}, {"height", 640}, {"title", "Shop"}});
  EXPECT_THAT(window.Get("width"), IsOkAndHolds(Value(800)));
  EXPECT_THAT(window.Call("getSize"), IsOkAndHolds(Value(Array{800, 640})));
  EXPECT_THAT(window.Get("title"), IsOkAndHolds(Value("Shop")));
  EXPECT_THAT(window.Call("isVisible"), IsOkAndHolds(Value(true)));
  EXPECT_THAT(window.Call("isDestroyed"), IsOkAndHolds(Value(false)));
  TestObject hidden = *harness_.New("BrowserWindow", Record{{"show", false}, {"frame", false}});
  EXPECT_THAT(hidden.Call("isVisible"), IsOkAndHolds(Value(false)));
  EXPECT_THAT(harness_.New("BrowserWindow"), IsOk());
}

TEST_F(WindowTest, RefusesOptionsThatMakeNoSense) {
  EXPECT_THAT(harness_.New("BrowserWindow", Record{{"width", "wide"}}),
              StatusIs(kInvalidArgument, HasSubstr("width: expected integer")));
  EXPECT_THAT(harness_.New("BrowserWindow", Record{{"height", 0}}), StatusIs(kInvalidArgument));
  EXPECT_THAT(harness_.New("BrowserWindow", 5),
              StatusIs(kInvalidArgument, HasSubstr("expected record")));
}

TEST_F(WindowTest, LoadsAPage) {
  TestObject window = *harness_.New("BrowserWindow");
  TestObject contents = *window.GetObject("webContents");
  TestCallback finished = *contents.Listen("did-finish-load");
  EXPECT_THAT(window.Call("loadURL", "https://github.com"), IsOk());
  EXPECT_THAT(window.Call("getURL"), IsOkAndHolds(Value("https://github.com")));
  EXPECT_THAT(contents.Call("getURL"), IsOkAndHolds(Value("https://github.com")));
  EXPECT_THAT(window.Call("reload"), IsOk());
  EXPECT_THAT(finished.calls(), SizeIs(2));
  EXPECT_THAT(window.Call("loadURL", "github"), StatusIs(kInvalidArgument));
  EXPECT_EQ(contents, *window.GetObject("webContents"));
}

TEST_F(WindowTest, TellsOfItsChanges) {
  TestObject window = *harness_.New("BrowserWindow");
  TestCallback title = *window.Listen("page-title-updated");
  TestCallback resize = *window.Listen("resize");
  TestCallback hide = *window.Listen("hide");
  EXPECT_THAT(window.Call("setTitle", "A"), IsOk());
  EXPECT_THAT(window.Set("title", "B"), IsOk());
  EXPECT_THAT(window.Call("setSize", 10, 20), IsOk());
  EXPECT_THAT(window.Call("setSize", 0, 20), StatusIs(kInvalidArgument));
  EXPECT_THAT(window.Call("hide"), IsOk());
  EXPECT_THAT(window.Call("hide"), IsOk());
  EXPECT_THAT(title.calls(), ElementsAre(Array{"A"}, Array{"B"}));
  EXPECT_THAT(resize.calls(), ElementsAre(Array{Record{{"width", 10}, {"height", 20}}}));
  EXPECT_THAT(hide.calls(), SizeIs(1));
}

// A maker in another process listens only after it has the window.
TEST_F(WindowTest, IsReadyToShowOnceWhenItsFirstPageIsLoaded) {
  TestObject window = *harness_.New("BrowserWindow", Record{{"show", false}});
  TestCallback ready = *window.Listen("ready-to-show");
  harness_.Run();
  EXPECT_THAT(ready.calls(), SizeIs(0));
  EXPECT_THAT(window.Call("loadURL", "no scheme"), StatusIs(kInvalidArgument));
  EXPECT_THAT(ready.calls(), SizeIs(0));
  EXPECT_THAT(window.Call("loadURL", "https://example.org"), IsOk());
  EXPECT_THAT(ready.calls(), SizeIs(1));
  EXPECT_THAT(window.Call("loadURL", "https://example.com"), IsOk());
  EXPECT_THAT(ready.calls(), SizeIs(1));
  // The same by way of its contents.
  TestObject other = *harness_.New("BrowserWindow", Record{{"show", false}});
  TestCallback others = *other.Listen("ready-to-show");
  EXPECT_THAT(other.GetObject("webContents")->Call("loadURL", "https://example.org"), IsOk());
  EXPECT_THAT(others.calls(), SizeIs(1));
}

TEST_F(WindowTest, ClosingEmitsCloseAndClosedAndDestroysIt) {
  TestObject window = *harness_.New("BrowserWindow");
  size_t before = OpenWindows();
  TestCallback close = *window.Listen("close");
  TestCallback closed = *window.Listen("closed");
  EXPECT_THAT(window.Call("close"), IsOk());
  EXPECT_THAT(close.calls(), SizeIs(1));
  EXPECT_THAT(closed.calls(), SizeIs(1));
  EXPECT_EQ(OpenWindows(), before - 1);
  EXPECT_THAT(window.Call("getTitle"), StatusIs(kNotFound, "BrowserWindow is gone: destroyed"));
  EXPECT_THAT(harness_.host().gone(), SizeIs(2));  // the window and its contents
  EXPECT_FALSE(closed.held());
}

TEST_F(WindowTest, LivesOnAlthoughNobodyRefersToIt) {
  int64_t id = harness_.New("BrowserWindow")->Get("id")->AsInt();
  EXPECT_THAT(window_class().Call("fromId", id), IsOk());
  EXPECT_THAT(window_class().Call("fromId", 999), StatusIs(kNotFound));
}

TEST_F(WindowTest, TheOneShownLastIsFocused) {
  TestObject a = *harness_.New("BrowserWindow");
  TestCallback blur = *a.Listen("blur");
  TestObject b = *harness_.New("BrowserWindow");
  EXPECT_EQ(*window_class().CallObject("getFocusedWindow"), b);
  EXPECT_THAT(blur.calls(), SizeIs(1));
  EXPECT_THAT(a.Call("focus"), IsOk());
  EXPECT_EQ(*window_class().CallObject("getFocusedWindow"), a);
  EXPECT_THAT(a.Call("close"), IsOk());
  EXPECT_THAT(b.Call("hide"), IsOk());
  EXPECT_THAT(window_class().Call("getFocusedWindow"), IsOkAndHolds(Value(Null())));
}

TEST_F(WindowTest, ASessionThatNamesNoWindowGetsOneForItsLifetime) {
  size_t before = OpenWindows();
  TestSession& page = harness_.StartSession();
  ASSERT_NE(page.window(), nullptr);
  EXPECT_EQ(OpenWindows(), before + 1);
  TestObject window = page.Handle(page.window());
  EXPECT_EQ(*window.GetObject("webContents"), page.Handle(page.contents()));
  EXPECT_FALSE(harness_.session().Handle(harness_.session().window()) == window);
  TestCallback closed = *harness_.session().Handle(page.window()).Listen("closed");
  page.End(EndReason::kExited);
  EXPECT_EQ(OpenWindows(), before);
  EXPECT_THAT(closed.calls(), SizeIs(1));
}

TEST_F(WindowTest, ASessionThatNamesAWindowBelongsToItAndLeavesItOpen) {
  TestObject window = *harness_.New("BrowserWindow");
  size_t before = OpenWindows();
  std::string id = std::to_string(window.Get("id")->AsInt());
  TestSession& page = harness_.StartSession({{"window", id}});
  EXPECT_EQ(page.Handle(page.window()), window);
  EXPECT_EQ(OpenWindows(), before);
  page.End();
  EXPECT_EQ(OpenWindows(), before);
}

TEST_F(WindowTest, ASessionThatAsksForAWindowThatDoesNotExistIsToldSoAndGetsNoOther) {
  TestObject closed = *harness_.New("BrowserWindow");
  std::string closed_id = std::to_string(closed.Get("id")->AsInt());
  std::string open_id = std::to_string(harness_.New("BrowserWindow")->Get("id")->AsInt());
  EXPECT_THAT(closed.Call("close"), IsOk());
  size_t before = OpenWindows();
  for (const std::string& asked :
       {closed_id, std::string("99999"), std::string("abc"), open_id + "abc", std::string("-1"),
        std::string("99999999999999999999"), std::string("0")}) {
    TestSession& page = harness_.StartSession({{"window", asked}});
    EXPECT_EQ(page.window(), nullptr) << asked;
    EXPECT_EQ(page.contents(), nullptr) << asked;
    EXPECT_THAT(page.refused(), StatusIs(kNotFound, "the session asked for window " + asked +
                                                        ", which does not exist"));
  }
  EXPECT_EQ(OpenWindows(), before);
}

TEST_F(WindowTest, AnEmptyAttributeNamesNoWindow) {
  EXPECT_NE(harness_.StartSession({{"window", ""}}).window(), nullptr);
}

TEST_F(WindowTest, ASessionMayHaveNoWindow) {
  size_t before = OpenWindows();
  TestSession& page = harness_.StartSession({{"window", "none"}});
  EXPECT_EQ(page.window(), nullptr);
  EXPECT_EQ(page.contents(), nullptr);
  EXPECT_THAT(page.refused(), StatusIs(kNotFound, "the session asked for no window (window=none)"));
  EXPECT_EQ(OpenWindows(), before);
}

TEST_F(WindowTest, ListenersOfAReloadedPageDoNotPileUp) {
  TestObject window = *harness_.New("BrowserWindow");
  std::string id = std::to_string(window.Get("id")->AsInt());
  for (int reload = 0; reload < 10; ++reload) {
    TestSession& page = harness_.StartSession({{"window", id}});
    EXPECT_THAT(page.Handle(page.window()).Listen("close"), IsOk());
    page.End(EndReason::kExited);
  }
  EXPECT_THAT(window.Call("listenerCount", "close"), IsOkAndHolds(Value(0)));
  EXPECT_EQ(harness_.module().listeners().detached, 10);
}

}  // namespace
}  // namespace hawser
