#ifndef HAWSER_BASE_UNNEST_H_
#define HAWSER_BASE_UNNEST_H_

#include <utility>
#include <vector>

namespace hawser::base {

// Calls run(item), for work that may lead to more of its kind, in chains of any length: deletions,
// answers. What comes up inside runs inside, as calls do, down to `kMaxDepth` of them on this
// thread's stack; from there on the deepest runs, in order, whatever came up meanwhile before it
// returns. A thread's calls with one `run` count together.
template <int kMaxDepth, typename Item, typename Run>
void Unnest(Item item, const Run& run) {
  thread_local int depth = 0;
  thread_local std::vector<Item>* later = nullptr;  // of the deepest, if it is as deep as may be
  if (later != nullptr) {
    later->push_back(std::move(item));
    return;
  }
  std::vector<Item> items;
  if (++depth == kMaxDepth) later = &items;
  run(std::move(item));
  while (!items.empty()) {
    for (Item& next : std::exchange(items, {})) run(std::move(next));
  }
  if (depth-- == kMaxDepth) later = nullptr;
}

}  // namespace hawser::base

#endif  // HAWSER_BASE_UNNEST_H_
