#include <cmath>
#include <iterator>
#include <memory>
#include <string>
#include <utility>

#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "tests/support/fake_clock.h"
#include "tests/support/status_matchers.h"
#include "tests/tools/cli/string_sink.h"
#include "tools/cli/printer.h"

namespace hawser::cli {
namespace {

constexpr Column kColumns[] = {
    {"name", "NAME"},
    {"calls", "CALLS", Format::kNumber},
    {"since", "AGE", Format::kAge},
};
constexpr View kView = {.name = {"name", "NAME"}, .columns = kColumns};

// The names of some records, in the order of the column `sort`.
std::string Sorted(std::string sort) {
  tests::FakeClock clock;
  std::string data;
  std::string messages;
  std::unique_ptr<Output> output = MakeStringOutput(data, messages, clock, {});
  auto record = [&](std::string_view name, int64_t calls, absl::Duration ago) {
    return Record{{"name", name}, {"calls", calls}, {"since", Date::From(clock.WallNow() - ago)}};
  };
  auto printer =
      MakePrinter(*output, OutputFormat::kName, Headings::kYes, {.sort = std::move(sort)});
  EXPECT_THAT(printer->BeginList(kView), tests::IsOk());
  // Two pages.
  printer->Rows({record("b", 9, absl::Seconds(5)), Record{{"name", "nothing"}}});
  printer->Rows({record("a", 10, absl::Seconds(7)), record("c", 9, absl::Seconds(6))});
  printer->EndList();
  return data;
}

TEST(PrinterSortingTest, WithoutAColumnRecordsStayAsTheyCome) {
  EXPECT_EQ(Sorted(""), "b\nnothing\na\nc\n");
}

TEST(PrinterSortingTest, TextIsSortedAsText) {
  EXPECT_EQ(Sorted("name"), "a\nb\nc\nnothing\n");
  EXPECT_EQ(Sorted("-name"), "nothing\nc\nb\na\n");
}

TEST(PrinterSortingTest, NumbersAreSortedBySizeAndEqualOnesStayAsTheyCome) {
  EXPECT_EQ(Sorted("calls"), "b\nc\na\nnothing\n");
}

TEST(PrinterSortingTest, AgesAreSortedFromTheYoungestOn) {
  EXPECT_EQ(Sorted("age"), "b\nc\na\nnothing\n");
}

TEST(PrinterSortingTest, WhatHasNothingToSayIsLastInEitherDirection) {
  EXPECT_EQ(Sorted("-calls"), "a\nb\nc\nnothing\n");
  EXPECT_EQ(Sorted("-AGE"), "a\nc\nb\nnothing\n");
}

// A newer broker may say what is not expected here.
TEST(PrinterSortingTest, NumbersComeBeforeTextAndWhatIsNoNumberBetweenThem) {
  constexpr Column kAny = {"x", "X", Format::kValue};
  const Value ordered[] = {9, 10.5, std::nan(""), "10", "5x"};
  for (size_t i = 0; i < std::size(ordered); ++i) {
    for (size_t j = 0; j < std::size(ordered); ++j) {
      EXPECT_EQ(ComesBefore(Record{{"x", ordered[i]}}, Record{{"x", ordered[j]}}, kAny), i < j)
          << i << ' ' << j;
    }
  }
}

}  // namespace
}  // namespace hawser::cli
