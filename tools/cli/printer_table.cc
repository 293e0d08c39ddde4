// Text for people. Columns are as wide as what is in them, and nothing is ever cut off, so a table
// in a pipe is whole.

#include <algorithm>
#include <cctype>
#include <string>
#include <utility>
#include <vector>

#include "hawser/base/status_macros.h"
#include "tools/cli/grid.h"
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

// Rows that are held back so that all of a list that is no longer has the same columns. A longer
// one is printed as it comes.
constexpr size_t kHeldBack = 1000;

class TablePrinter final : public Printer {
 public:
  TablePrinter(Output& output, Column::Detail detail, Headings headings,
               std::vector<std::string> asked)
      : output_(output),
        detail_(detail),
        headings_(headings),
        asked_(std::move(asked)),
        grid_(output.look()) {}

  absl::Status BeginList(const View& view) override {
    view_ = &view;
    held_back_.clear();
    grid_ = Grid(output_.look());
    columns_.clear();
    any_ = false;
    for (const std::string& name : asked_) {
      HAWSER_ASSIGN_OR_RETURN(const Column* column, FindColumn(view, name));
      columns_.push_back(column);
    }
    return absl::OkStatus();
  }

  void Rows(const Array& records) override {
    held_back_.insert(held_back_.end(), records.begin(), records.end());
    if (held_back_.size() >= kHeldBack) WriteRows(More::kYes);
  }

  void EndList() override {
    WriteRows(More::kNo);
    if (!any_ && !view_->none.empty()) output_.Say(view_->none);
  }

  void Item(const View& view, const Record& record) override {
    output_.Write(ItemText(view, record));
  }

  void Tree(const View& view, const Array& roots) override {
    grid_ = Grid(output_.look());
    columns_ = ColumnsFor(view, roots, More::kNo);
    AddHeadings(columns_, &grid_);
    AddBranches(roots, "", Level::kRoot);
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
      if (column.detail == Column::Detail::kWide && detail_ != Column::Detail::kWide) continue;
      if (!line.empty()) line += kGap;
      line +=
          Paint(CellText(record, column, output_.now()), CellTone(record, column), output_.look());
    }
    output_.Write(line + "\n");
  }

 private:
  enum class Level { kRoot, kBelow };
  // Whether records may follow that are not known yet.
  enum class More { kNo, kYes };
  using Columns = std::vector<const Column*>;

  // Also of a tree's records below.
  static bool AnyHas(const Array& records, const Column& column) {
    return std::any_of(records.begin(), records.end(), [&](const Value& value) {
      const Record& record = value.AsRecord();
      return HasCell(record, column) || AnyHas(record["children"].AsArray(), column);
    });
  }

  // Those to show. What only some records have is shown if one of `records` has it, or one still to
  // come may.
  Columns ColumnsFor(const View& view, const Array& records, More more) const {
    Columns columns;
    for (const Column& column : view.columns) {
      bool shown = column.detail == Column::Detail::kAlways || detail_ == Column::Detail::kWide ||
                   (column.detail == Column::Detail::kIfAny &&
                    (more == More::kYes || AnyHas(records, column)));
      if (shown) columns.push_back(&column);
    }
    return columns;
  }

  void WriteRows(More more) {
    if (held_back_.empty()) return;
    if (columns_.empty()) columns_ = ColumnsFor(*view_, held_back_, more);
    if (!any_) AddHeadings(columns_, &grid_);
    any_ = true;
    for (const Value& record : held_back_) grid_.Add(RowOf(columns_, record.AsRecord()));
    held_back_.clear();
    output_.Write(grid_.Take());
  }

  // Prose is folded where nothing stands behind it.
  static Grid::Cell::Align AlignOf(const Columns& columns, size_t i) {
    if (columns[i]->format == Format::kProse && i + 1 == columns.size())
      return Grid::Cell::Align::kProse;
    return IsRightAligned(columns[i]->format) ? Grid::Cell::Align::kRight
                                              : Grid::Cell::Align::kLeft;
  }

  void AddHeadings(const Columns& columns, Grid* grid) {
    if (headings_ == Headings::kNo) return;
    Grid::Row row;
    for (size_t i = 0; i < columns.size(); ++i)
      row.push_back({std::string(columns[i]->heading), Tone::kHeading, AlignOf(columns, i)});
    grid->Add(std::move(row));
  }

  Grid::Row RowOf(const Columns& columns, const Record& record) {
    Grid::Row row;
    for (size_t i = 0; i < columns.size(); ++i) {
      const Column& column = *columns[i];
      Grid::Cell::Align align = AlignOf(columns, i);
      bool blank = align == Grid::Cell::Align::kProse && !HasCell(record, column);
      row.push_back(
          {blank ? "" : CellText(record, column, output_.now()), CellTone(record, column), align});
    }
    return row;
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
      text += "\n";
      if (headings_ == Headings::kYes)
        text += Paint(section.title, Tone::kHeading, output_.look()) + "\n";
      text += SectionText(*section.view, list->AsArray());
    }
    return text;
  }

  std::string SectionText(const View& view, const Array& records) {
    if (records.empty())
      return "  " + (view.none.empty() ? std::string("none") : std::string(view.none)) + "\n";
    Grid rows(output_.look(), "  ");
    Columns columns = ColumnsFor(view, records, More::kNo);
    AddHeadings(columns, &rows);
    for (const Value& record : records) rows.Add(RowOf(columns, record.AsRecord()));
    return rows.Take();
  }

  // The first column is drawn as a tree.
  void AddBranches(const Array& records, const std::string& indent, Level level) {
    bool unicode = output_.look().unicode;
    for (size_t i = 0; i < records.size(); ++i) {
      const Record& record = records[i].AsRecord();
      bool last = i + 1 == records.size();
      std::string branch = last ? (unicode ? "└─ " : "`- ") : (unicode ? "├─ " : "|- ");
      std::string below = last ? "   " : (unicode ? "│  " : "|  ");
      if (level == Level::kRoot) branch = below = "";
      Grid::Row row = RowOf(columns_, record);
      row.front().text.insert(0, indent + branch);
      grid_.Add(std::move(row));
      AddBranches(record["children"].AsArray(), indent + below, Level::kBelow);
    }
  }

  Output& output_;
  const Column::Detail detail_;
  const Headings headings_;
  const std::vector<std::string> asked_;  // columns; none: those of the view
  // Of the list or tree under way.
  Grid grid_;
  const View* view_ = nullptr;
  Columns columns_;
  bool any_ = false;  // whether a record was written
  Array held_back_;
};

}  // namespace

std::unique_ptr<Printer> MakeTablePrinter(Output& output, Column::Detail detail, Headings headings,
                                          std::vector<std::string> columns) {
  return std::make_unique<TablePrinter>(output, detail, headings, std::move(columns));
}

}  // namespace hawser::cli
