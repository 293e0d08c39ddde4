#ifndef TOOLS_CLI_PRINTER_H_
#define TOOLS_CLI_PRINTER_H_

// Printer: turns what a command found out into the format that was asked for. A command says what
// it has (a list, one record, a tree, a result, a stream of events) and knows nothing of formats; a
// format knows nothing of commands.

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "hawser/record.h"
#include "hawser/value.h"
#include "tools/cli/output.h"
#include "tools/cli/view.h"

namespace hawser::cli {

// Thread-safe in Event, which comes from the thread that runs callbacks; otherwise used by one
// thread.
class Printer {
 public:
  virtual ~Printer() = default;

  // A list of records, page by page: BeginList, Rows any number of times, EndList. Exit::kUsage if
  // what was asked of the list does not go with `view`, which lives until the list ends.
  virtual absl::Status BeginList(const View& view) = 0;
  virtual void Rows(const Array& records) = 0;
  virtual void EndList() = 0;

  // One record in full.
  virtual void Item(const View& view, const Record& record) = 0;

  // Records whose field "children" holds further ones.
  virtual void Tree(const View& view, const Array& roots) = 0;

  // What a call or a property gave. Undefined says nothing to people unless it is what was asked
  // for.
  enum class Asked { kAction, kValue };
  virtual void Result(const Value& value, Asked asked) = 0;

  // One record of a stream; goes out at once.
  virtual void Event(const View& view, const Record& record) = 0;
};

enum class OutputFormat { kTable, kWide, kJson, kName };
enum class Headings { kYes, kNo };

// How lists are to be arranged.
struct Arrangement {
  // Which columns a table has, in this order; none: those that the view has by itself.
  std::vector<std::string> columns = {};
  // The column whose order the records have, with '-' before it from the last to the first; "": the
  // order in which they come.
  std::string sort = {};
};

// `output` outlives it.
std::unique_ptr<Printer> MakeTablePrinter(Output& output, Column::Detail detail, Headings headings,
                                          std::vector<std::string> columns = {});
std::unique_ptr<Printer> MakeJsonPrinter(Output& output);
std::unique_ptr<Printer> MakeNamePrinter(Output& output);
// Holds each list back until its end, and gives it to `printer` in the order of the column `sort`.
std::unique_ptr<Printer> MakeSortingPrinter(std::unique_ptr<Printer> printer,
                                            std::string_view sort);

std::unique_ptr<Printer> MakePrinter(Output& output, OutputFormat format, Headings headings,
                                     Arrangement arrangement = {});

}  // namespace hawser::cli

#endif  // TOOLS_CLI_PRINTER_H_
