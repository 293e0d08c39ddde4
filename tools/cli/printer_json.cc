// JSON for scripts: a list is one array with a record a line, one record is an object, a stream is
// a record a line.

#include <string>

#include "tools/cli/json.h"
#include "tools/cli/printer.h"

namespace hawser::cli {
namespace {

class JsonPrinter final : public Printer {
 public:
  explicit JsonPrinter(Output& output) : output_(output) {}

  absl::Status BeginList(const View& view) override {
    view_ = &view;
    first_ = true;
    return absl::OkStatus();
  }

  void Rows(const Array& records) override {
    std::string text;
    for (const Value& record : records) {
      text += first_ ? "[\n" : ",\n";
      text += "  " + ToJson(Value(Whole(record.AsRecord())));
      first_ = false;
    }
    output_.Write(text);
  }

  void EndList() override { output_.Write(first_ ? "[]\n" : "\n]\n"); }

  void Item(const View& /*view*/, const Record& record) override { WriteIndented(Value(record)); }

  void Tree(const View& /*view*/, const Array& roots) override { WriteIndented(Value(roots)); }

  void Result(const Value& value, Asked /*asked*/) override { WriteIndented(value); }

  void Event(const View& /*view*/, const Record& record) override {
    output_.Write(ToJson(Value(record)) + "\n");
  }

 private:
  // With every field of the list, so that scripts need not ask which of them a record has.
  Record Whole(const Record& record) const {
    Record whole = record;
    auto add = [&](std::string_view field) {
      if (!whole.Has(field)) whole.Append(std::string(field), nullptr);
    };
    for (const Column& column : view_->columns) add(column.field);
    for (std::string_view field : view_->more) add(field);
    return whole;
  }

  void WriteIndented(const Value& value) {
    output_.Write(ToJson(value, JsonLayout::kIndented) + "\n");
  }

  Output& output_;
  const View* view_ = nullptr;  // of the list under way
  bool first_ = true;
};

}  // namespace

std::unique_ptr<Printer> MakeJsonPrinter(Output& output) {
  return std::make_unique<JsonPrinter>(output);
}

}  // namespace hawser::cli
