// Only names and ids, one a line, as other commands take them: for shell loops.

#include "fmt/format.h"
#include "hawser/object.h"
#include "tools/cli/address.h"
#include "tools/cli/printer.h"
#include "tools/cli/value_text.h"

namespace hawser::cli {
namespace {

class NamePrinter final : public Printer {
 public:
  explicit NamePrinter(Output& output) : output_(output) {}

  absl::Status BeginList(const View& view) override {
    view_ = &view;
    return absl::OkStatus();
  }

  void Rows(const Array& records) override {
    std::string text;
    for (const Value& record : records) text += Line(*view_, record.AsRecord());
    output_.Write(text);
  }

  void EndList() override {}

  void Item(const View& view, const Record& record) override { output_.Write(Line(view, record)); }

  void Tree(const View& view, const Array& roots) override {
    for (const Value& value : roots) {
      const Record& root = value.AsRecord();
      output_.Write(Line(view, root));
      Branches(Address{.name = CellText(root, view.name, output_.now())}, view,
               root["children"].AsArray());
    }
  }

  // Objects by their ids, so that they can be addressed; other values as people see them. An array
  // element by element.
  void Result(const Value& value, Asked asked) override {
    if (value.is_undefined() && asked == Asked::kAction) return;
    if (value.is(Kind::kArray)) {
      for (const Value& item : value.AsArray()) Result(item, Asked::kValue);
      return;
    }
    ObjectId oid = value.is_object() ? value.AsObject()->oid() : ObjectId();
    std::string text =
        oid == ObjectId() ? ResultText(value, output_.look()) : fmt::format("@{}", oid.value());
    output_.Write(text + "\n");
  }

  void Event(const View& view, const Record& record) override { output_.Write(Line(view, record)); }

 private:
  // The members of `parent` by their addresses, what lives otherwise by its id.
  void Branches(const Address& parent, const View& view, const Array& nodes) {
    for (const Value& value : nodes) {
      const Record& node = value.AsRecord();
      Address address = parent;
      address.steps.push_back({.name = CellText(node, view.name, output_.now())});
      int64_t oid = node["member"].AsBool() ? 0 : node["oid"].AsInt();
      output_.Write((oid == 0 ? address.ToString() : fmt::format("@{}", oid)) + "\n");
      Branches(address, view, node["children"].AsArray());
    }
  }

  std::string Line(const View& view, const Record& record) {
    return CellText(record, view.name, output_.now()) + "\n";
  }

  Output& output_;
  const View* view_ = nullptr;
};

}  // namespace

std::unique_ptr<Printer> MakeNamePrinter(Output& output) {
  return std::make_unique<NamePrinter>(output);
}

}  // namespace hawser::cli
