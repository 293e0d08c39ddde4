// The module `counter`: the first module of the tutorial, and one member for each thing that tests
// of clients need.
//
//   const {Counter} = require('counter')
//   const counter = new Counter(5)
//   counter.on('changed', value => ...)
//   counter.increment()

#include "plugins/counter/counter.h"

#include <charconv>
#include <memory>
#include <string>
#include <system_error>

#include "plugins/counter/test_members.h"

namespace hawser::counter {
namespace {

int64_t Parse(const std::string& text) {
  int64_t number = 0;
  const char* end = text.data() + text.size();
  auto read = std::from_chars(text.data(), end, number);
  if (read.ec == std::errc() && read.ptr == end) return number;
  throw Exception(absl::StatusCode::kInvalidArgument,
                  "expected an integer in text, got '" + text + "'");
}

}  // namespace
}  // namespace hawser::counter

HAWSER_MODULE(counter, module) {
  using hawser::counter::Counter;
  using hawser::counter::Parse;
  module.Version("1.0");
  auto made = std::make_shared<int64_t>(0);
  auto make = [made](int64_t start) {
    ++*made;
    return hawser::Make<Counter>(start);
  };

  module.Class<Counter>("Counter")
      .Constructor([make](std::optional<int64_t> start) { return make(start.value_or(0)); })
      .Method("increment", &Counter::Increment)
      .Doc("Counts up by one, or by the number given; the new value.")
      .Method("reset", &Counter::Reset)
      .Property("value", &Counter::value, &Counter::set_value)
      .Property("isZero", [](Counter& self) { return self.value() == 0; })
      .Doc("Read-only.")
      .Method("inspectInternals", [](Counter& self) { return self.value(); })
      .Hidden()
      .Event<int64_t>("changed")
      .Static("from", [make](const std::string& text) { return make(Parse(text)); })
      .Doc("A counter that starts at a number in text.")
      .StaticConstant("step", 1);

  module.Function("add", &hawser::counter::Sum).Doc("The sum.");
  module.Function("live", [&module] { return module.Live<Counter>(); })
      .Doc("Counters that are alive.");
  module.Function("made", [made] { return *made; }).Doc("Counters that were ever made.");
  module.Constant("pi", 3.14159);
  module.Global("answer", 42);
  hawser::counter::AddTestMembers(module);
}
