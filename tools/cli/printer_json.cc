// JSON for scripts: a list is one array with a record a line, one record is an object, a stream is
// a record a line.

#include "tools/cli/json.h"
#include "tools/cli/printer.h"

namespace hawser::cli {
namespace {

class JsonPrinter final : public Printer {
 public:
  explicit JsonPrinter(Output& output) : output_(output) {}

  void BeginList(const View& /*view*/) override { first_ = true; }

  void Rows(const Array& records) override {
    std::string text;
    for (const Value& record : records) {
      text += first_ ? "[\n" : ",\n";
      text += "  " + ToJson(record);
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
  void WriteIndented(const Value& value) {
    output_.Write(ToJson(value, JsonLayout::kIndented) + "\n");
  }

  Output& output_;
  bool first_ = true;
};

}  // namespace

std::unique_ptr<Printer> MakeJsonPrinter(Output& output) {
  return std::make_unique<JsonPrinter>(output);
}

}  // namespace hawser::cli
