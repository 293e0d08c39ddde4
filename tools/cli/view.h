#ifndef TOOLS_CLI_VIEW_H_
#define TOOLS_CLI_VIEW_H_

// View: how records of one kind, such as sessions, are shown: which fields, under which heading, in
// which form. Scripts get the records themselves as JSON; a view only says what people see. All
// views are constants.

#include <span>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "hawser/record.h"
#include "hawser/value.h"
#include "tools/cli/output.h"

namespace hawser::cli {

enum class Format {
  kText,
  kProse,  // words for people; as the last column folded on a terminal, blank if there are none
  kNumber,
  kBytes,     // 12.3 KiB
  kDuration,  // of milliseconds: 3m12s
  kAge,       // of a date: how long ago, 3m12s
  kTime,      // of a date: the time of day, 12:03:04.123
  kSession,   // the first 8 digits of a session's id
  kObject,    // of an object's id: @7
  kState,     // text, coloured by what it says
  kYesNo,
  kValue,  // any value; arrays of values separated by spaces
};

struct Column {
  std::string_view field;
  std::string_view heading;
  Format format = Format::kText;
  // Where it is shown. kIfAny: where a record has it. kWide: with -o wide, and where one record is
  // shown in full.
  enum class Detail { kAlways, kIfAny, kWide } detail = Detail::kAlways;
};

struct View {
  // What -o name prints of a record.
  Column name;
  std::span<const Column> columns;
  // Fields that hold lists of further records: shown below, where one record is shown in full.
  struct Section {
    std::string_view field;
    std::string_view title;
    const View* view = nullptr;
  };
  std::span<const Section> sections = {};
  // Said to people when there is no record at all.
  std::string_view none = {};
  // Fields that only scripts see.
  std::span<const std::string_view> more = {};
};

// The column that somebody calls `name`: by its heading, as "held by" or "HELD-BY", or by its
// field, as "holders". Exit::kUsage, with those that there are.
absl::StatusOr<const Column*> FindColumn(const View& view, std::string_view name);

// One field as text, without control characters; "-" if it is not there or empty.
std::string CellText(const Record& record, const Column& column, absl::Time now);
// Whether CellText would have anything to say.
bool HasCell(const Record& record, const Column& column);
Tone CellTone(const Record& record, const Column& column);
// Which of two records that have a cell in `column` comes first: numbers by their size, ages from
// the youngest on, the rest as text; kinds in this order. A strict weak order.
bool ComesBefore(const Record& a, const Record& b, const Column& column);
// Numbers and times stand on the right.
bool IsRightAligned(Format format);

// "85us", "350ms", "45s", "3m12s", "2h5m", "3d4h"; a negative one is "0s".
std::string DurationText(absl::Duration duration);
// "512 B", "12.3 KiB"
std::string ByteText(int64_t bytes);

}  // namespace hawser::cli

#endif  // TOOLS_CLI_VIEW_H_
