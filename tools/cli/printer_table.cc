// Text for people. Columns are as wide as what is in them, and nothing is ever cut off, so a table
// in a pipe is whole.

#include <algorithm>
#include <cctype>
#include <string>
#include <vector>

#include "tools/cli/printer.h"
#include "tools/cli/value_text.h"

namespace hawser::cli {
namespace {

constexpr std::string_view kGap = "  ";

std::string Lower(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return lower;
}

// Rows of cells that are laid out under each other. The first rows decide how wide the columns are;
// a wider cell later widens its column from there on, so that a list of any length is printed as it
// comes.
class Grid {
 public:
  struct Cell {
    std::string text;
    Tone tone = Tone::kPlain;
    bool right = false;
  };
  using Row = std::vector<Cell>;

  explicit Grid(const Look& look, std::string indent = "")
      : look_(look), indent_(std::move(indent)) {}

  void Add(Row row) { rows_.push_back(std::move(row)); }

  // The rows added since the last time.
  std::string Take() {
    for (const Row& row : rows_) {
      widths_.resize(std::max(widths_.size(), row.size()));
      for (size_t i = 0; i < row.size(); ++i)
        widths_[i] = std::max(widths_[i], WidthOf(row[i].text));
    }
    std::string text;
    for (const Row& row : rows_) AppendRow(row, &text);
    rows_.clear();
    return text;
  }

 private:
  void AppendRow(const Row& row, std::string* out) const {
    *out += indent_;
    for (size_t i = 0; i < row.size(); ++i) {
      const Cell& cell = row[i];
      std::string blank(widths_[i] - WidthOf(cell.text), ' ');
      if (i > 0) *out += kGap;
      if (cell.right) *out += blank;
      *out += Paint(cell.text, cell.tone, look_);
      // No blanks at the end of a line.
      if (!cell.right && i + 1 < row.size()) *out += blank;
    }
    *out += '\n';
  }

  Look look_;
  std::string indent_;
  std::vector<Row> rows_;
  std::vector<size_t> widths_;
};

class TablePrinter final : public Printer {
 public:
  TablePrinter(Output& output, Column::Detail detail, Headings headings)
      : output_(output), detail_(detail), headings_(headings), grid_(output.look()) {}

  void BeginList(const View& view) override {
    view_ = &view;
    empty_ = true;
    grid_ = Grid(output_.look());
  }

  void Rows(const Array& records) override {
    if (records.empty()) return;
    if (empty_) AddHeadings(*view_, detail_, &grid_);
    empty_ = false;
    for (const Value& record : records) AddRow(*view_, record.AsRecord(), detail_, &grid_);
    output_.Write(grid_.Take());
  }

  void EndList() override {
    if (empty_ && !view_->none.empty()) output_.Say(view_->none);
  }

  void Item(const View& view, const Record& record) override {
    output_.Write(ItemText(view, record));
  }

  void Tree(const View& view, const Array& roots) override {
    grid_ = Grid(output_.look());
    AddHeadings(view, detail_, &grid_);
    AddBranches(view, roots, "", Level::kRoot);
    output_.Write(grid_.Take());
  }

  void Result(const Value& value, Asked asked) override {
    if (value.is_undefined() && asked == Asked::kAction) return;
    // The content itself to a file or pipe; a terminal is told how much there is.
    if (value.is(Kind::kBytes) && !output_.look().terminal) {
      output_.Write(value.AsBytes().view());
    } else if (value.is_object()) {
      output_.Write(Paint(ObjectText(value), Tone::kObject, output_.look()) + "\n");
    } else {
      output_.Write(ResultText(value, output_.look()) + "\n");
    }
  }

  void Event(const View& view, const Record& record) override {
    std::string line;
    for (const Column& column : view.columns) {
      if (!Shows(column, detail_)) continue;
      if (!line.empty()) line += kGap;
      line +=
          Paint(CellText(record, column, output_.now()), CellTone(record, column), output_.look());
    }
    output_.Write(line + "\n");
  }

 private:
  enum class Level { kRoot, kBelow };

  static bool Shows(const Column& column, Column::Detail detail) {
    return column.detail == Column::Detail::kAlways || detail == Column::Detail::kWide;
  }

  void AddHeadings(const View& view, Column::Detail detail, Grid* grid) {
    if (headings_ == Headings::kNo) return;
    Grid::Row row;
    for (const Column& column : view.columns) {
      if (!Shows(column, detail)) continue;
      row.push_back({std::string(column.heading), Tone::kHeading, IsRightAligned(column.format)});
    }
    grid->Add(std::move(row));
  }

  Grid::Row RowOf(const View& view, const Record& record, Column::Detail detail) {
    Grid::Row row;
    for (const Column& column : view.columns) {
      if (!Shows(column, detail)) continue;
      row.push_back({CellText(record, column, output_.now()), CellTone(record, column),
                     IsRightAligned(column.format)});
    }
    return row;
  }

  void AddRow(const View& view, const Record& record, Column::Detail detail, Grid* grid) {
    grid->Add(RowOf(view, record, detail));
  }

  // One field a line, then the lists of records it has.
  std::string ItemText(const View& view, const Record& record) {
    Grid fields(output_.look());
    for (const Column& column : view.columns) {
      std::string text = CellText(record, column, output_.now());
      if (text == "-") continue;
      fields.Add(
          {{Lower(column.heading), Tone::kFaint}, {std::move(text), CellTone(record, column)}});
    }
    std::string text = fields.Take();
    for (const View::Section& section : view.sections) {
      const Value* list = record.Find(section.field);
      if (list == nullptr || !list->is(Kind::kArray)) continue;
      text += "\n" + Paint(section.title, Tone::kHeading, output_.look()) + "\n";
      text += SectionText(*section.view, list->AsArray());
    }
    return text;
  }

  std::string SectionText(const View& view, const Array& records) {
    if (records.empty())
      return "  " + (view.none.empty() ? std::string("none") : std::string(view.none)) + "\n";
    Grid rows(output_.look(), "  ");
    AddHeadings(view, detail_, &rows);
    for (const Value& record : records) AddRow(view, record.AsRecord(), detail_, &rows);
    return rows.Take();
  }

  // The first column is drawn as a tree.
  void AddBranches(const View& view, const Array& records, const std::string& indent, Level level) {
    bool unicode = output_.look().unicode;
    for (size_t i = 0; i < records.size(); ++i) {
      const Record& record = records[i].AsRecord();
      bool last = i + 1 == records.size();
      std::string branch = last ? (unicode ? "└─ " : "`- ") : (unicode ? "├─ " : "|- ");
      std::string below = last ? "   " : (unicode ? "│  " : "|  ");
      if (level == Level::kRoot) branch = below = "";
      Grid::Row row = RowOf(view, record, detail_);
      row.front().text.insert(0, indent + branch);
      grid_.Add(std::move(row));
      AddBranches(view, record["children"].AsArray(), indent + below, Level::kBelow);
    }
  }

  Output& output_;
  const Column::Detail detail_;
  const Headings headings_;
  Grid grid_;
  const View* view_ = nullptr;
  bool empty_ = true;
};

}  // namespace

std::unique_ptr<Printer> MakeTablePrinter(Output& output, Column::Detail detail,
                                          Headings headings) {
  return std::make_unique<TablePrinter>(output, detail, headings);
}

std::unique_ptr<Printer> MakePrinter(Output& output, OutputFormat format, Headings headings) {
  switch (format) {
    case OutputFormat::kTable:
      return MakeTablePrinter(output, Column::Detail::kAlways, headings);
    case OutputFormat::kWide:
      return MakeTablePrinter(output, Column::Detail::kWide, headings);
    case OutputFormat::kJson:
      return MakeJsonPrinter(output);
    case OutputFormat::kName:
      return MakeNamePrinter(output);
  }
  return nullptr;
}

}  // namespace hawser::cli
