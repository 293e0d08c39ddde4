#ifndef TOOLS_CLI_PRINTER_H_
#define TOOLS_CLI_PRINTER_H_

// Printer: turns what a command found out into the format that was asked for. A command says what
// it has (a list, one record, a tree, a result, a stream of events) and knows nothing of formats; a
// format knows nothing of commands.

#include <memory>
#include <string_view>

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

  // A list of records, page by page: BeginList, Rows any number of times, EndList.
  virtual void BeginList(const View& view) = 0;
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

// `output` outlives it.
std::unique_ptr<Printer> MakeTablePrinter(Output& output, Column::Detail detail, Headings headings);
std::unique_ptr<Printer> MakeJsonPrinter(Output& output);
std::unique_ptr<Printer> MakeNamePrinter(Output& output);
std::unique_ptr<Printer> MakePrinter(Output& output, OutputFormat format, Headings headings);

}  // namespace hawser::cli

#endif  // TOOLS_CLI_PRINTER_H_
