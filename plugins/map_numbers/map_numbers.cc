// The module `map_numbers`: the seed's example of why a callback's result does not come back.
//
//   exports.withRendererCallback = (mapper) => { return [1, 2, 3].map(mapper) }
//   exports.withLocalCallback = () => { return [1, 2, 3].map(x => x + 1) }
//
// A client's callback runs later, in the client: main sees undefined. A function of main's own runs
// at once.

#include <hawser/module.h>

namespace {

hawser::Array Map(const hawser::Function& mapper) {
  hawser::Array mapped;
  for (int64_t number : {1, 2, 3}) mapped.push_back(mapper(number));
  return mapped;
}

}  // namespace

HAWSER_MODULE(map_numbers, module) {
  module.Version("1.0");
  module.Function("withRendererCallback", [](hawser::Function mapper) { return Map(mapper); })
      .Doc("[1, 2, 3] mapped with the caller's function: undefined each, since that runs later.");
  module.Function("withLocalCallback", [] { return Map([](int64_t x) { return x + 1; }); })
      .Doc("[1, 2, 3] mapped with a function of the module's own: [2, 3, 4].");
}
