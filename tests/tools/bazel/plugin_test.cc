#include <dlfcn.h>

#include "gtest/gtest.h"
#include "hawser/base/clock.h"

namespace hawser {
namespace {

TEST(PluginRule, PluginAndHostShareOneCopyOfTheSharedLibrary) {
  void* library = dlopen("tests/tools/bazel/sample.so", RTLD_NOW | RTLD_LOCAL);
  ASSERT_NE(library, nullptr) << dlerror();
  auto* entry = reinterpret_cast<const void* (*)()>(dlsym(library, "hawser_plugin"));
  ASSERT_NE(entry, nullptr);
  EXPECT_EQ(entry(), &base::SystemClock());
  dlclose(library);
}

TEST(PluginRule, PluginShowsNothingButItsEntrySymbol) {
  void* library = dlopen("tests/tools/bazel/sample.so", RTLD_NOW | RTLD_LOCAL);
  ASSERT_NE(library, nullptr) << dlerror();
  EXPECT_EQ(dlsym(library, "_Z11NotExportedv"), nullptr);
  dlclose(library);
}

TEST(PluginRule, PluginIsGoneFromTheProcessOnceItIsClosed) {
  void* library = dlopen("tests/tools/bazel/sample.so", RTLD_NOW | RTLD_LOCAL);
  ASSERT_NE(library, nullptr) << dlerror();
  dlclose(library);
  EXPECT_EQ(dlopen("tests/tools/bazel/sample.so", RTLD_NOW | RTLD_NOLOAD), nullptr);
}

}  // namespace
}  // namespace hawser
