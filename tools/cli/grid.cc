#include "tools/cli/grid.h"

#include <algorithm>
#include <string_view>

#include "tools/cli/wrap.h"

namespace hawser::cli {
namespace {

constexpr std::string_view kGap = "  ";
// Prose in fewer columns of a terminal than these is no pleasure to read.
constexpr size_t kLeastProse = 24;
constexpr size_t kProseIndent = 4;

}  // namespace

std::string Grid::Take() {
  for (const Row& row : rows_) {
    widths_.resize(std::max(widths_.size(), row.size()));
    for (size_t i = 0; i < row.size(); ++i) widths_[i] = std::max(widths_[i], WidthOf(row[i].text));
  }
  std::string text;
  for (const Row& row : rows_) AppendRow(row, &text);
  rows_.clear();
  return text;
}

void Grid::AppendRow(const Row& row, std::string* out) const {
  *out += indent_;
  size_t at = indent_.size();     // columns written
  size_t begin = indent_.size();  // where the column begins: blanks are written before text only
  for (size_t i = 0; i < row.size(); ++i) {
    const Cell& cell = row[i];
    size_t width = WidthOf(cell.text);
    if (cell.align == Cell::Align::kProse) {
      if (!cell.text.empty()) AppendProse(cell, begin, at, out);
      break;
    }
    size_t text_begin = begin + (cell.align == Cell::Align::kRight ? widths_[i] - width : 0);
    out->append(text_begin - at, ' ');
    *out += Paint(cell.text, cell.tone, look_);
    at = text_begin + width;
    begin += widths_[i] + kGap.size();
  }
  *out += '\n';
}

void Grid::AppendProse(const Cell& cell, size_t begin, size_t at, std::string* out) const {
  if (!look_.terminal) {
    out->append(begin - at, ' ');
    *out += Paint(cell.text, cell.tone, look_);
    return;
  }
  if (begin + std::min(kLeastProse, widths_.back()) > look_.width) {
    if (cell.tone == Tone::kHeading) return;  // of no column any more
    *out += '\n';
    begin = indent_.size() + kProseIndent;
    at = 0;
  }
  out->append(begin - at, ' ');
  *out += Paint(Wrap(cell.text, look_.width, begin), cell.tone, look_);
}

}  // namespace hawser::cli
