#include "hawser/error.h"

#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/cord.h"
#include "gtest/gtest.h"
#include "hawser/object.h"
#include "tests/support/model_printers.h"
#include "tests/support/sample_objects.h"
#include "tests/support/status_matchers.h"

namespace hawser {
namespace {

using tests::SampleObject;
using tests::StatusIs;

constexpr char kPayload[] = "hawser.Error";

Error Sample() {
  return Error(absl::StatusCode::kNotFound, "no such table: t", "SqliteError")
      .WithCause(Error(absl::StatusCode::kUnavailable, "disk full"))
      .WithMember("table", "t")
      .WithMember("errno", 5);
}

TEST(ErrorTest, AnUnsetOneIsUnknownAndElseEmpty) {
  Error error;
  EXPECT_EQ(error.code(), absl::StatusCode::kUnknown);
  EXPECT_EQ(error.name(), "");
  EXPECT_EQ(error.message(), "");
  EXPECT_TRUE(error.cause().is_undefined());
  EXPECT_TRUE(error.members().empty());
}

TEST(ErrorTest, KeepsWhatItIsMadeOf) {
  Error error = Sample();
  EXPECT_EQ(error.code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(error.name(), "SqliteError");
  EXPECT_EQ(error.message(), "no such table: t");
  EXPECT_EQ(error.cause().AsError().message(), "disk full");
  EXPECT_EQ(error.members(), (Record{{"table", "t"}, {"errno", 5}}));
}

TEST(ErrorTest, IsNamedErrorUnlessItsAuthorSaysOtherwise) {
  EXPECT_EQ(Error(absl::StatusCode::kAborted, "m").name(), "Error");
  EXPECT_EQ(Error(absl::StatusCode::kAborted, "m").WithName("TypeError").name(), "TypeError");
}

TEST(ErrorTest, OkAndWhatIsNoCodeCountAsUnknown) {
  EXPECT_EQ(Error(absl::StatusCode::kOk, "m").code(), absl::StatusCode::kUnknown);
  EXPECT_EQ(Error(static_cast<absl::StatusCode>(99), "m").code(), absl::StatusCode::kUnknown);
  EXPECT_EQ(Error(static_cast<absl::StatusCode>(-1), "m").code(), absl::StatusCode::kUnknown);
  EXPECT_THAT(Error(absl::StatusCode::kOk, "m").ToStatus(), StatusIs(absl::StatusCode::kUnknown));
}

TEST(ErrorTest, AChangedCopyLeavesTheOriginalAlone) {
  Error original = Sample();
  Error changed = original.WithName("Other").WithCause(1).WithMember("table", "u");
  EXPECT_EQ(original, Sample());
  EXPECT_EQ(changed.name(), "Other");
  EXPECT_EQ(changed.cause(), 1);
  EXPECT_EQ(changed.members()["table"], "u");
  EXPECT_EQ(changed.message(), original.message());
}

TEST(ErrorTest, AllMembersCanBeSetAtOnce) {
  Error error = Sample().WithMembers({{"only", 1}});
  EXPECT_EQ(error.members(), (Record{{"only", 1}}));
  EXPECT_EQ(error.message(), Sample().message());
}

TEST(ErrorTest, EqualityIsByContent) {
  EXPECT_EQ(Sample(), Sample());
  EXPECT_NE(Sample(), Sample().WithName("x"));
  EXPECT_NE(Sample(), Sample().WithCause({}));
  EXPECT_NE(Sample(), Sample().WithMember("more", 1));
  EXPECT_NE(Error(absl::StatusCode::kAborted, "m"), Error(absl::StatusCode::kInternal, "m"));
  EXPECT_NE(Error(absl::StatusCode::kAborted, "m"), Error(absl::StatusCode::kAborted, "n"));
}

TEST(ErrorTest, ReadsAsText) {
  EXPECT_EQ(Sample().ToString(), "SqliteError: no such table: t (NOT_FOUND)");
  EXPECT_EQ(Error().ToString(), "(UNKNOWN)");
  EXPECT_EQ(Error(absl::StatusCode::kAborted, "", "Name").ToString(), "Name (ABORTED)");
  EXPECT_EQ(Error(absl::StatusCode::kAborted, "m", "").ToString(), "m (ABORTED)");
}

TEST(ErrorTest, AsAValueItIsTheSameError) {
  Error error = Sample();
  Value value = error;
  EXPECT_EQ(value.AsError(), error);
  EXPECT_EQ(value.AsError().message().data(), error.message().data());  // shared, not copied
}

TEST(ErrorStatusTest, APlainErrorIsAPlainStatus) {
  absl::Status status = Error(absl::StatusCode::kNotFound, "no such table").ToStatus();
  EXPECT_EQ(status, absl::NotFoundError("no such table"));
  EXPECT_EQ(status.ToString(), "NOT_FOUND: no such table");
  EXPECT_EQ(Error::FromStatus(status), Error(absl::StatusCode::kNotFound, "no such table"));
}

TEST(ErrorStatusTest, NothingIsLostOnTheWayThroughAStatus) {
  absl::Status status = Sample().ToStatus();
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kNotFound, "no such table: t"));
  EXPECT_EQ(Error::FromStatus(status), Sample());
}

TEST(ErrorStatusTest, EveryPartAloneSurvives) {
  Error plain(absl::StatusCode::kNotFound, "m");
  for (const Error& error : {plain.WithName("x"), plain.WithName(""), plain.WithCause(nullptr),
                             plain.WithMember("a", Undefined{}), Error()}) {
    EXPECT_EQ(Error::FromStatus(error.ToStatus()), error) << error.ToStatus();
  }
}

TEST(ErrorStatusTest, ObjectsInAnErrorSurviveAndDieWithTheStatus) {
  {
    absl::Status status;
    Object* original = nullptr;
    {
      auto object = MakeRef<SampleObject>();
      original = object.get();
      status = Error(absl::StatusCode::kAborted, "m")
                   .WithMember("object", object)
                   .WithCause(Error().WithCause(object))
                   .ToStatus();
    }
    EXPECT_EQ(SampleObject::alive, 1);
    EXPECT_EQ(Error::FromStatus(status).members()["object"].AsObject(), original);
    EXPECT_EQ(Error::FromStatus(status).cause().AsError().cause().AsObject(), original);
  }
  EXPECT_EQ(SampleObject::alive, 0);
}

TEST(ErrorStatusTest, SurvivesCopiesMovesAndChangesOfTheStatus) {
  absl::Status copy;
  {
    absl::Status status = Sample().ToStatus();
    copy = status;
    EXPECT_EQ(Error::FromStatus(status), Sample());
  }
  EXPECT_EQ(Error::FromStatus(copy), Sample());
  absl::Status moved = std::move(copy);
  absl::Status changed = moved;
  changed.SetPayload("another", absl::Cord("payload"));
  EXPECT_EQ(Error::FromStatus(changed), Sample());
  absl::StatusOr<int> result = moved;
  EXPECT_EQ(Error::FromStatus(result.status()), Sample());
  absl::Status rebuilt(moved.code(), moved.message());
  moved.ForEachPayload(
      [&](absl::string_view url, const absl::Cord& payload) { rebuilt.SetPayload(url, payload); });
  EXPECT_EQ(Error::FromStatus(rebuilt), Sample());
}

TEST(ErrorStatusTest, TheStatusStaysReadable) {
  EXPECT_EQ(Sample().ToStatus().ToString(),
            R"(NOT_FOUND: no such table: t [hawser.Error='SqliteError {table: \"t\", errno: 5}, )"
            R"(caused by Error: disk full (UNAVAILABLE)'])");
}

TEST(ErrorStatusTest, AChangedMessageOrCodeCountsAndTheRestIsKept) {
  absl::Status original = Sample().ToStatus();
  absl::Status annotated(absl::StatusCode::kAborted, "while reading: no such table: t");
  annotated.SetPayload(kPayload, *original.GetPayload(kPayload));
  Error error = Error::FromStatus(annotated);
  EXPECT_EQ(error.code(), absl::StatusCode::kAborted);
  EXPECT_EQ(error.message(), "while reading: no such table: t");
  EXPECT_EQ(error.name(), "SqliteError");
  EXPECT_EQ(error.members(), Sample().members());
  EXPECT_EQ(error.cause(), Sample().cause());
}

TEST(ErrorStatusTest, AnOkStatusGivesAnInternalError) {
  EXPECT_EQ(Error::FromStatus(absl::OkStatus()).code(), absl::StatusCode::kInternal);
}

TEST(ErrorStatusTest, APayloadOfOthersIsNotTakenForAnError) {
  Error plain(absl::StatusCode::kNotFound, "m");
  std::string long_text(5000, 'x');
  absl::Cord ours = *Sample().ToStatus().GetPayload(kPayload);
  absl::Cord fragmented("first part of some length, ");
  fragmented.Append(absl::Cord(long_text));
  for (const absl::Cord& payload :
       {absl::Cord(), absl::Cord("x"), absl::Cord("fifteen letters"),
        absl::Cord("sixteen letters."), absl::Cord(long_text), fragmented,
        absl::Cord(std::string(ours)), ours.Subcord(1, ours.size() - 1),
        ours.Subcord(0, ours.size() - 1)}) {
    absl::Status status = absl::NotFoundError("m");
    status.SetPayload(kPayload, payload);
    EXPECT_EQ(Error::FromStatus(status), plain) << status;
  }
}

TEST(ErrorStatusTest, OneStatusMayBeUsedOnSeveralThreadsAtOnce) {
  absl::Status status = Sample().ToStatus();
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([copy = status] {
      for (int round = 0; round < 500; ++round) {
        if (Error::FromStatus(copy) != Sample()) std::abort();
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
}

}  // namespace
}  // namespace hawser
