#include "tools/cli/printer.h"

#include <utility>

namespace hawser::cli {
namespace {

std::unique_ptr<Printer> PrinterOf(Output& output, OutputFormat format, Headings headings,
                                   std::vector<std::string> columns) {
  switch (format) {
    case OutputFormat::kTable:
      return MakeTablePrinter(output, Column::Detail::kAlways, headings, std::move(columns));
    case OutputFormat::kWide:
      return MakeTablePrinter(output, Column::Detail::kWide, headings, std::move(columns));
    case OutputFormat::kJson:
      return MakeJsonPrinter(output);
    case OutputFormat::kName:
      return MakeNamePrinter(output);
  }
  return nullptr;
}

}  // namespace

std::unique_ptr<Printer> MakePrinter(Output& output, OutputFormat format, Headings headings,
                                     Arrangement arrangement) {
  std::unique_ptr<Printer> printer =
      PrinterOf(output, format, headings, std::move(arrangement.columns));
  if (arrangement.sort.empty()) return printer;
  return MakeSortingPrinter(std::move(printer), arrangement.sort);
}

}  // namespace hawser::cli
