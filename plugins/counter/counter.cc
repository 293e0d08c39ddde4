// The module `counter`: the first module of the tutorial, and one member for each thing that tests
// of clients need.
//
//   const {Counter} = require('counter')
//   const counter = new Counter(5)
//   counter.on('changed', value => ...)
//   counter.increment()

#include "plugins/counter/counter.h"

#include <stdexcept>

namespace hawser::counter {
namespace {

// Fails with everything an error can carry.
void Fail(std::optional<std::string> message) {
  throw Exception(Error(absl::StatusCode::kOutOfRange,
                        message.value_or("the counter has had enough"), "CounterError")
                      .WithMember("limit", 10)
                      .WithMember("unit", "counts")
                      .WithCause(Error(absl::StatusCode::kInvalidArgument, "one count too many",
                                       "CountError")));
}

// What the functions below that keep things kept.
struct Kept {
  std::vector<Value> values;
  std::vector<LateReply> replies;
  Bytes bytes = Bytes::Copy("hawser");
  Array list = {1, 2, 3};
};

// Everything that only tests need.
void AddTestMembers(Module& module) {
  auto kept = std::make_shared<Kept>();
  module.Function("echo", [](Value value) { return value; }).Doc("Its argument.");
  module.Function("fail", &Fail).Doc("Raises a CounterError with members and a cause.");
  module.Function("failWithException", [](std::string what) { throw std::runtime_error(what); });
  module.Function("keep", [kept](Value value) { kept->values.push_back(std::move(value)); })
      .Doc("Keeps a value until drop().");
  module.Function("kept", [kept](int64_t index) -> absl::StatusOr<Value> {
    if (index < 0 || index >= static_cast<int64_t>(kept->values.size()))
      return absl::NotFoundError("nothing is kept there");
    return kept->values[static_cast<size_t>(index)];
  });
  module.Function("drop", [kept] { kept->values.clear(); });
  module
      .Function("callKept",
                [kept](Args args) {
                  Array results;
                  for (const Value& value : kept->values) {
                    absl::StatusOr<Value> result =
                        Function(value.TakeObject()).CallArray(Array(args.begin(), args.end()));
                    results.push_back(result.ok() ? *std::move(result)
                                                  : Value(Error::FromStatus(result.status())));
                  }
                  return results;
                })
      .Doc("Calls every kept function; what each gives, an error as a value.");
  module.Function("list", [kept] { return kept->list; })
      .Doc("An array of the module's; what comes is a copy.");
  module.Function("listLength", [kept] { return static_cast<int64_t>(kept->list.size()); });
  module.Function("pushTo", [](Array list) {
    list.push_back("of main");
    return static_cast<int64_t>(list.size());
  });
  module.Function("bytes", [kept] { return kept->bytes; })
      .Doc("Bytes of the module's; what comes is a copy.");
  module.Function("later", [kept](LateReply reply) { kept->replies.push_back(std::move(reply)); })
      .Doc("Answers when settle(value) is called.");
  module.Function("settle", [kept](Value value) {
    auto replies = std::exchange(kept->replies, {});
    for (LateReply& reply : replies) reply.Return(value);
    return static_cast<int64_t>(replies.size());
  });
  module.Function("dropReplies", [kept] { kept->replies.clear(); })
      .Doc("Their callers get INTERNAL.");
  module.Function("waiting", [kept] { return static_cast<int64_t>(kept->replies.size()); });
  module
      .Function("promise",
                [&module](Value value, std::optional<int64_t> after_ms) {
                  auto promise = MakeRef<Promise>();
                  module.Timer(absl::Milliseconds(after_ms.value_or(0)),
                               [promise, value] { promise->Resolve(value); });
                  return promise;
                })
      .Doc("A promise of the value, kept after so many milliseconds.");
  module.Function("rejection", [](std::string message) {
    auto promise = MakeRef<Promise>();
    promise->Reject(Error(absl::StatusCode::kUnknown, message, "Rejection"));
    return promise;
  });
  module.Function("adder", [](int64_t by) { return Function([by](int64_t x) { return x + by; }); })
      .Doc("A function that adds.");
  module
      .Function("callBack",
                [](Function function, Args args) {
                  return function.CallArray(Array(args.begin(), args.end()));
                })
      .Doc("Calls the function with the other arguments and gives what comes at once.");
  module
      .Function("after",
                [&module](int64_t ms, LateReply reply) {
                  auto waiting = std::make_shared<LateReply>(std::move(reply));
                  module.Timer(absl::Milliseconds(ms), [waiting] { waiting->Return("done"); });
                })
      .Doc("Answers \"done\" after so many milliseconds; blocks nobody.");
  auto scratch = Make<DynamicObject>("Scratch");
  for (const absl::Status& status :
       {scratch->Define("first", 1), scratch->DefineHidden("secret", "not for clients")}) {
    if (!status.ok()) throw Exception(Error::FromStatus(status));
  }
  module.Constant("scratch", Value(scratch)).Doc("An object that gets members at run time.");
  module
      .Function("define",
                [scratch](std::string name, Value value) {
                  return scratch->Define(name, std::move(value));
                })
      .Doc("Adds a member to scratch, or changes it.");
}

}  // namespace
}  // namespace hawser::counter

HAWSER_MODULE(counter, module) {
  using hawser::counter::Counter;
  module.Version("1.0");
  auto census = std::make_shared<hawser::counter::Census>();

  module.Class<Counter>("Counter")
      .Constructor([census](std::optional<int64_t> start) {
        return hawser::Make<Counter>(census, start.value_or(0));
      })
      .Method("increment", &Counter::Increment)
      .Doc("Counts up by one, or by the number given; the new value.")
      .Method("reset", &Counter::Reset)
      .Property("value", &Counter::value, &Counter::set_value)
      .Property("isZero", [](Counter& self) { return self.value() == 0; })
      .Doc("Read-only.")
      .Method("inspectInternals", [](Counter& self) { return self.value(); })
      .Hidden()
      .Event<int64_t>("changed")
      .Static(
          "from",
          [census](std::string text) { return hawser::Make<Counter>(census, std::stoll(text)); })
      .Doc("A counter that starts at a number in text.")
      .StaticConstant("step", 1);

  module.Function("add", [](int64_t a, int64_t b) { return a + b; }).Doc("The sum.");
  module.Function("live", [census] { return census->live; }).Doc("Counters that are alive.");
  module.Function("made", [census] { return census->made; }).Doc("Counters that were ever made.");
  module.Constant("pi", 3.14159);
  module.Global("answer", 42);
  hawser::counter::AddTestMembers(module);
}
