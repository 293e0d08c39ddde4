#include "tools/cli/inspection.h"

#include <utility>

#include "fmt/format.h"
#include "hawser/base/status_macros.h"
#include "hawser/record.h"
#include "tools/cli/failure.h"

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
    {"gone", "GONE", Format::kText, Column::Detail::kIfAny},
    {"handle", "HANDLE", Format::kNumber, Column::Detail::kWide},
};

// `not_found`, or if a session whose id begins with `prefix` is remembered to have ended, that.
absl::Status OrEnded(Context& context, std::string_view prefix, absl::Status not_found) {
  absl::Status status = std::move(not_found);
  bool found = false;
  auto look = [&](const Array& page) {
    for (const Value& value : page) {
      const Record& tombstone = value.AsRecord();
      if (found || !tombstone["session"].AsString().starts_with(prefix)) continue;
      found = true;
      absl::Duration ago = context.output.now() - tombstone["ended"].AsDate().ToTime();
      status = Fail(Exit::kNotFound,
                    fmt::format("session {} ended {} ago: {}", tombstone["session"].AsString(),
                                DurationText(ago), tombstone["reason"].AsString()));
    }
    return absl::OkStatus();
  };
  // Without it the failure is still true.
  ForEachPage(context.session, "tombstones", {}, look).IgnoreError();
  return status;
}

}  // namespace

constexpr View kHolderView = {
    .name = {"session", "SESSION"},
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

absl::StatusOr<Value> InspectSession(Context& context, std::string_view method,
                                     std::string_view prefix) {
  absl::StatusOr<Value> answer = context.session.Inspect(method, {prefix});
  if (answer.ok()) return answer;
  Exit exit = ExitOf(answer.status());
  if (exit != Exit::kNotFound && exit != Exit::kUsage) return answer;
  absl::Status status = answer.status();
  if (exit == Exit::kNotFound && !prefix.empty())
    status = OrEnded(context, prefix, std::move(status));
  return WithHint(std::move(status), "those there are, and were: hawser session list --all");
}

absl::StatusOr<Array> HoldersOf(Session& session, uint64_t oid) {
  HAWSER_ASSIGN_OR_RETURN(Value all, session.Inspect("holders", {Value(oid)}));
  Array holders;
  for (const Value& holder : all.AsArray()) {
    if (holder.AsRecord()["session"].AsString() != session.id()) holders.push_back(holder);
  }
  return holders;
}

Array WithoutOwn(const Session& session, const Array& records) {
  auto own = static_cast<int64_t>(session.inspection_id().value());
  Array others;
  for (const Value& value : records) {
    Record record = value.AsRecord();
    if (own != 0 && record["oid"].AsInt() == own) {
      int64_t holders = record["holders"].AsInt() - 1;
      bool named = record.Has("name") && record["kind"].AsString() == "built-in";
      if (holders <= 0 && !named) continue;
      record.Set("holders", holders);
      if (holders <= 0) {
        record.Set("oid", nullptr);
        if (int64_t objects = record["objects"].AsInt(); objects > 0)
          record.Set("objects", objects - 1);
      }
    }
    if (record.Has("children"))
      record.Set("children", WithoutOwn(session, record["children"].AsArray()));
    others.emplace_back(std::move(record));
  }
  return others;
}

}  // namespace hawser::cli
