#include "tools/cli/inspection.h"

#include <utility>

#include "hawser/base/status_macros.h"
#include "hawser/record.h"

namespace hawser::cli {
namespace {

constexpr int64_t kPage = 500;

constexpr Column kHolderColumns[] = {
    {"session", "SESSION", Format::kSession},
    {"pid", "PID", Format::kNumber},
    {"program", "PROGRAM"},
    {"name", "NAME"},
    {"since", "HELD FOR", Format::kAge},
    {"via", "VIA"},
    {"handle", "HANDLE", Format::kNumber, Column::Detail::kWide},
};

}  // namespace

constexpr View kHolderView = {
    .name = {"session", "SESSION", Format::kSession},
    .columns = kHolderColumns,
    .none = "nobody but this command holds it",
};

absl::Status ForEachPage(Session& session, std::string_view method, const Array& filters,
                         const std::function<absl::Status(const Array&)>& take) {
  Value cursor;
  do {
    Array arguments = {cursor, kPage};
    arguments.insert(arguments.end(), filters.begin(), filters.end());
    HAWSER_ASSIGN_OR_RETURN(Value page, session.Inspect(method, std::move(arguments)));
    HAWSER_RETURN_IF_ERROR(take(page.AsRecord()["items"].AsArray()));
    cursor = page.AsRecord()["next"];
  } while (!cursor.is_undefined() && !cursor.is(Kind::kNull));
  return absl::OkStatus();
}

absl::StatusOr<Array> HoldersOf(Session& session, uint64_t oid) {
  HAWSER_ASSIGN_OR_RETURN(Value all, session.Inspect("holders", {Value(oid)}));
  Array holders;
  for (const Value& holder : all.AsArray()) {
    if (holder.AsRecord()["session"].AsString() != session.id()) holders.push_back(holder);
  }
  return holders;
}

}  // namespace hawser::cli
