#include "tools/cli/suggest.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace hawser::cli {
namespace {

// Longer words are nobody's slip, and the work grows with the square.
constexpr size_t kLongest = 100;
constexpr size_t kMost = 3;

char Lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool Same(char a, char b) { return Lower(a) == Lower(b); }

}  // namespace

int Distance(std::string_view a, std::string_view b) {
  if (a.size() > kLongest || b.size() > kLongest)
    return static_cast<int>(std::max(a.size(), b.size()));
  // Rows of the table of distances between the beginnings of `a` and `b`: the last two and the one
  // in work.
  std::vector<int> before(b.size() + 1);
  std::vector<int> last(b.size() + 1);
  std::vector<int> row(b.size() + 1);
  for (size_t j = 0; j <= b.size(); ++j) last[j] = static_cast<int>(j);
  for (size_t i = 1; i <= a.size(); ++i) {
    row[0] = static_cast<int>(i);
    for (size_t j = 1; j <= b.size(); ++j) {
      int change = last[j - 1] + (Same(a[i - 1], b[j - 1]) ? 0 : 1);
      row[j] = std::min({change, last[j] + 1, row[j - 1] + 1});
      if (i > 1 && j > 1 && Same(a[i - 1], b[j - 2]) && Same(a[i - 2], b[j - 1])) {
        row[j] = std::min(row[j], before[j - 2] + 1);
      }
    }
    std::swap(before, last);
    std::swap(last, row);
  }
  return last[b.size()];
}

std::string DidYouMean(std::string_view word, std::span<const std::string> names) {
  std::vector<std::pair<int, std::string_view>> near;
  for (const std::string& name : names) {
    if (name == word) continue;  // it was refused for another reason than how it is written
    int distance = Distance(word, name);
    // A third of the letters may be wrong; the beginning of a longer name is near too.
    bool begins = word.size() >= 2 && name.size() > word.size() &&
                  Distance(word, std::string_view(name).substr(0, word.size())) == 0;
    if (distance * 3 <= static_cast<int>(std::max(word.size(), size_t{3})) || begins) {
      near.emplace_back(distance, name);
    }
  }
  std::sort(near.begin(), near.end());
  near.erase(std::unique(near.begin(), near.end()), near.end());
  if (near.size() > kMost) near.resize(kMost);
  if (near.empty()) return "";
  std::string text = "did you mean ";
  for (size_t i = 0; i < near.size(); ++i) {
    if (i > 0) text += i + 1 == near.size() ? " or " : ", ";
    text += '\'';
    text += near[i].second;
    text += '\'';
  }
  return text + "?";
}

}  // namespace hawser::cli
