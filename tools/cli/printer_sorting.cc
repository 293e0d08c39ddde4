// Lists in the order of one of their columns.

#include <algorithm>
#include <string>
#include <utility>

#include "hawser/base/status_macros.h"
#include "tools/cli/printer.h"

namespace hawser::cli {
namespace {

class SortingPrinter final : public Printer {
 public:
  SortingPrinter(std::unique_ptr<Printer> printer, std::string_view sort)
      : printer_(std::move(printer)),
        descending_(sort.starts_with('-')),
        name_(sort.substr(descending_ ? 1 : 0)) {}

  absl::Status BeginList(const View& view) override {
    HAWSER_ASSIGN_OR_RETURN(column_, FindColumn(view, name_));
    records_.clear();
    return printer_->BeginList(view);
  }

  void Rows(const Array& records) override {
    records_.insert(records_.end(), records.begin(), records.end());
  }

  void EndList() override {
    // What has nothing to say is last in either direction.
    auto end = std::stable_partition(records_.begin(), records_.end(), [this](const Value& record) {
      return HasCell(record.AsRecord(), *column_);
    });
    std::stable_sort(records_.begin(), end, [this](const Value& a, const Value& b) {
      return descending_ ? ComesBefore(b.AsRecord(), a.AsRecord(), *column_)
                         : ComesBefore(a.AsRecord(), b.AsRecord(), *column_);
    });
    printer_->Rows(records_);
    printer_->EndList();
  }

  void Item(const View& view, const Record& record) override { printer_->Item(view, record); }
  void Tree(const View& view, const Array& roots) override { printer_->Tree(view, roots); }
  void Result(const Value& value, Asked asked) override { printer_->Result(value, asked); }
  void Event(const View& view, const Record& record) override { printer_->Event(view, record); }

 private:
  const std::unique_ptr<Printer> printer_;
  const bool descending_;
  const std::string name_;
  // Of the list under way.
  const Column* column_ = nullptr;
  Array records_;
};

}  // namespace

std::unique_ptr<Printer> MakeSortingPrinter(std::unique_ptr<Printer> printer,
                                            std::string_view sort) {
  return std::make_unique<SortingPrinter>(std::move(printer), sort);
}

}  // namespace hawser::cli
