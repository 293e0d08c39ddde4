#ifndef TOOLS_CLI_GRID_H_
#define TOOLS_CLI_GRID_H_

// Grid: rows of cells that are laid out under each other. The rows added before the first Take
// decide how wide the columns are; a wider cell later widens its column from there on. Nothing is
// ever cut off.

#include <string>
#include <vector>

#include "tools/cli/output.h"

namespace hawser::cli {

class Grid {
 public:
  struct Cell {
    std::string text;
    Tone tone = Tone::kPlain;
    // kProse: the last of its row. A terminal shows it folded in what the other columns leave, or
    // where that is too little, below them.
    enum class Align { kLeft, kRight, kProse } align = Align::kLeft;
  };
  using Row = std::vector<Cell>;

  explicit Grid(const Look& look, std::string indent = "")
      : look_(look), indent_(std::move(indent)) {}

  void Add(Row row) { rows_.push_back(std::move(row)); }
  // The rows added since the last time, as lines.
  std::string Take();

 private:
  void AppendRow(const Row& row, std::string* out) const;
  // At column `at`; `begin` is where its column begins.
  void AppendProse(const Cell& cell, size_t begin, size_t at, std::string* out) const;

  Look look_;
  std::string indent_;
  std::vector<Row> rows_;
  std::vector<size_t> widths_;
};

}  // namespace hawser::cli

#endif  // TOOLS_CLI_GRID_H_
