// The module `counter`: the first module of the tutorial, and one member for each thing that tests
// of clients need.
//
//   const {Counter} = require('counter')
//   const counter = new Counter(5)
//   counter.on('changed', value => ...)
//   counter.increment()

#include "plugins/counter/counter.h"

#include "plugins/counter/test_members.h"

HAWSER_MODULE(counter, module) {
  using hawser::counter::Counter;
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
      .Static("from", [make](const std::string& text) { return make(std::stoll(text)); })
      .Doc("A counter that starts at a number in text.")
      .StaticConstant("step", 1);

  module.Function("add", [](int64_t a, int64_t b) { return a + b; }).Doc("The sum.");
  module.Function("live", [&module] { return module.Live<Counter>(); })
      .Doc("Counters that are alive.");
  module.Function("made", [made] { return *made; }).Doc("Counters that were ever made.");
  module.Constant("pi", 3.14159);
  module.Global("answer", 42);
  hawser::counter::AddTestMembers(module);
}
