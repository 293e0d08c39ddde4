#include "tools/cli/printer.h"

#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "hawser/error.h"
#include "hawser/function.h"
#include "tests/support/fake_clock.h"
#include "tests/support/status_matchers.h"
#include "tests/tools/cli/string_sink.h"
#include "tools/cli/failure.h"

namespace hawser::cli {
namespace {

constexpr Column kHolderColumns[] = {
    {"session", "SESSION", Format::kSession},
    {"via", "VIA"},
};
constexpr View kHolderView = {.name = {"session", ""}, .columns = kHolderColumns};
constexpr View::Section kSections[] = {{"holders", "Held by", &kHolderView}};
constexpr Column kColumns[] = {
    {"name", "NAME"},
    {"oid", "ID", Format::kObject},
    {"state", "STATE", Format::kState},
    {"calls", "CALLS", Format::kNumber},
    {"since", "AGE", Format::kAge},
    {"size", "SIZE", Format::kBytes, Column::Detail::kWide},
};
constexpr View kView = {.name = {"name", "NAME"},
                        .columns = kColumns,
                        .sections = kSections,
                        .none = "there is nothing"};

class PrinterTest : public ::testing::Test {
 protected:
  Output& MakeOutput(Look look = {}) {
    output_ = MakeStringOutput(data_, messages_, clock_, look);
    return *output_;
  }
  Date Ago(absl::Duration duration) const { return Date::From(clock_.WallNow() - duration); }
  Array Rows() const {
    return {Record{{"name", "counter"},
                   {"oid", 7},
                   {"state", "attached"},
                   {"calls", 12},
                   {"since", Ago(absl::Seconds(192))},
                   {"size", 1536}},
            Record{{"name", "a\x1b[31m\nb"},
                   {"oid", 1234},
                   {"state", "detached"},
                   {"calls", 1},
                   {"since", Ago(absl::Hours(26))}}};
  }
  static void Print(Printer& printer, const Array& rows) {
    EXPECT_THAT(printer.BeginList(kView), tests::IsOk());
    printer.Rows(rows);
    printer.EndList();
  }

  base::Clock& clock() { return clock_; }

  tests::FakeClock clock_;
  std::string data_;
  std::string messages_;
  std::unique_ptr<Output> output_;
};

TEST_F(PrinterTest, ATableHasColumnsAsWideAsWhatIsInThemAndNoControlCharacters) {
  Print(*MakePrinter(MakeOutput(), OutputFormat::kTable, Headings::kYes), Rows());
  EXPECT_EQ(data_,
            "NAME          ID     STATE     CALLS    AGE\n"
            "counter       @7     attached     12  3m12s\n"
            "a\\x1b[31m\\nb  @1234  detached      1   1d2h\n");
  EXPECT_EQ(messages_, "");
}

TEST_F(PrinterTest, AWideTableHasAllColumnsAndHeadingsCanBeLeftOut) {
  Print(*MakePrinter(MakeOutput(), OutputFormat::kWide, Headings::kNo), Rows());
  EXPECT_EQ(data_,
            "counter       @7     attached  12  3m12s  1.5 KiB\n"
            "a\\x1b[31m\\nb  @1234  detached   1   1d2h        -\n");
}

TEST_F(PrinterTest, AnEmptyTableIsAMessageAndNoData) {
  Print(*MakePrinter(MakeOutput(), OutputFormat::kTable, Headings::kYes), {});
  EXPECT_EQ(data_, "");
  EXPECT_EQ(messages_, "there is nothing\n");
}

TEST_F(PrinterTest, PagesOfAListHaveTheSameColumns) {
  auto printer = MakePrinter(MakeOutput(), OutputFormat::kTable, Headings::kYes);
  EXPECT_THAT(printer->BeginList(kView), tests::IsOk());
  printer->Rows({Rows()[0]});
  printer->Rows({Record{{"name", "a name of some length"}, {"oid", 1234}, {"state", "ended"}}});
  printer->EndList();
  EXPECT_EQ(data_,
            "NAME                   ID     STATE     CALLS    AGE\n"
            "counter                @7     attached     12  3m12s\n"
            "a name of some length  @1234  ended         -      -\n");
}

TEST_F(PrinterTest, AVeryLongTableIsPrintedAsItComes) {
  auto printer = MakePrinter(MakeOutput(), OutputFormat::kTable, Headings::kYes);
  EXPECT_THAT(printer->BeginList(kView), tests::IsOk());
  printer->Rows(Array(2000, Rows()[0]));
  std::string first = data_;
  EXPECT_THAT(first, ::testing::HasSubstr("counter"));
  printer->Rows({Rows()[1]});
  printer->EndList();
  EXPECT_THAT(data_, ::testing::StartsWith(first));
  EXPECT_THAT(data_, ::testing::HasSubstr("@1234"));
}

constexpr Column kMemberColumns[] = {
    {"name", "MEMBER"},
    {"flags", "FLAGS", Format::kText, Column::Detail::kIfAny},
    {"doc", "WHAT IT DOES", Format::kProse, Column::Detail::kIfAny},
};
constexpr View kMemberView = {.name = {"name", ""}, .columns = kMemberColumns};

Array Members() {
  return {Record{{"name", "increment(integer?) -> integer"},
                 {"flags", ""},
                 {"doc", "Counts up by one, or by the number given; the new value."}},
          Record{{"name", "reset()"}, {"flags", ""}, {"doc", ""}}};
}

TEST_F(PrinterTest, AColumnThatOnlySomeRecordsHaveIsLeftOutWhereNoneHasIt) {
  auto printer = MakePrinter(MakeOutput(), OutputFormat::kTable, Headings::kYes);
  EXPECT_THAT(printer->BeginList(kMemberView), tests::IsOk());
  printer->Rows(Members());
  printer->EndList();
  EXPECT_EQ(data_,
            "MEMBER                          WHAT IT DOES\n"
            "increment(integer?) -> integer  Counts up by one, or by the number given; the new "
            "value.\n"
            "reset()\n");
}

TEST_F(PrinterTest, ProseIsFoldedOnATerminalAndStandsBelowWhereThereIsNoRoom) {
  auto print = [&](size_t width) {
    data_.clear();
    auto printer = MakePrinter(MakeOutput({.terminal = true, .width = width}), OutputFormat::kTable,
                               Headings::kYes);
    EXPECT_THAT(printer->BeginList(kMemberView), tests::IsOk());
    printer->Rows(Members());
    printer->EndList();
  };
  print(70);
  EXPECT_EQ(data_,
            "MEMBER                          WHAT IT DOES\n"
            "increment(integer?) -> integer  Counts up by one, or by the number\n"
            "                                given; the new value.\n"
            "reset()\n");
  print(50);
  EXPECT_EQ(data_,
            "MEMBER\n"
            "increment(integer?) -> integer\n"
            "    Counts up by one, or by the number given; the\n"
            "    new value.\n"
            "reset()\n");
}

TEST_F(PrinterTest, ATableHasTheColumnsThatAreAskedForInTheirOrder) {
  Print(*MakePrinter(MakeOutput(), OutputFormat::kTable, Headings::kYes,
                     {.columns = {"size", "Calls", "oid"}}),
        Rows());
  EXPECT_EQ(data_,
            "   SIZE  CALLS  ID\n"
            "1.5 KiB     12  @7\n"
            "      -      1  @1234\n");
}

TEST_F(PrinterTest, ProseBeforeOtherColumnsIsAColumnLikeThem) {
  auto printer = MakePrinter(MakeOutput({.terminal = true, .width = 50}), OutputFormat::kTable,
                             Headings::kYes, {.columns = {"what-it-does", "member"}});
  EXPECT_THAT(printer->BeginList(kMemberView), tests::IsOk());
  printer->Rows({Record{{"name", "a()"}, {"doc", "Does a."}}, Record{{"name", "b()"}}});
  printer->EndList();
  EXPECT_EQ(data_,
            "WHAT IT DOES  MEMBER\n"
            "Does a.       a()\n"
            "-             b()\n");
}

TEST_F(PrinterTest, AColumnMayBeAskedForTwice) {
  auto printer = MakePrinter(MakeOutput({.terminal = true, .width = 50}), OutputFormat::kTable,
                             Headings::kNo, {.columns = {"what-it-does", "member", "doc"}});
  EXPECT_THAT(printer->BeginList(kMemberView), tests::IsOk());
  printer->Rows({Record{{"name", "a()"}, {"doc", "Does a."}}});
  printer->EndList();
  EXPECT_EQ(data_, "Does a.  a()  Does a.\n");
}

TEST_F(PrinterTest, AnEmptyTableWithColumnsThatAreAskedForIsAMessage) {
  Print(*MakePrinter(MakeOutput(), OutputFormat::kTable, Headings::kYes, {.columns = {"size"}}),
        {});
  EXPECT_EQ(data_, "");
  EXPECT_EQ(messages_, "there is nothing\n");
}

TEST_F(PrinterTest, AColumnThatThereIsNotIsAnErrorThatNamesThoseThatThereAre) {
  for (const Arrangement& wrong : {Arrangement{.columns = {"name", "calsl"}},
                                   Arrangement{.sort = "calsl"}, Arrangement{.sort = "-calsl"}}) {
    auto printer = MakePrinter(MakeOutput(), OutputFormat::kTable, Headings::kYes, wrong);
    absl::Status status = printer->BeginList(kView);
    EXPECT_EQ(ExitOf(status), Exit::kUsage);
    EXPECT_EQ(MessageOf(status), "there is no column 'calsl' here");
    EXPECT_THAT(HintsOf(status),
                ::testing::ElementsAre("did you mean 'calls'?",
                                       "the columns: name, id, state, calls, age, size"));
  }
}

TEST_F(PrinterTest, AnAgeIsNoMorePreciseThanTheTimeItCountsFrom) {
  absl::Time second = absl::FromUnixSeconds(absl::ToUnixSeconds(clock_.WallNow()));
  clock_.Advance(second + absl::Milliseconds(1250) - clock_.WallNow());
  auto age = [&](absl::Duration after) {
    Record record{{"since", Date::From(second + after)}};
    return CellText(record, {"since", "AGE", Format::kAge}, clock_.WallNow());
  };
  EXPECT_EQ(age(absl::ZeroDuration()), "1s");
  EXPECT_EQ(age(absl::Seconds(1)), "<1s");
  EXPECT_EQ(age(absl::Milliseconds(1001)), "<1s");
}

TEST_F(PrinterTest, ColoursSayWhatAStateIs) {
  Print(*MakePrinter(MakeOutput({.terminal = true, .colours = true}), OutputFormat::kTable,
                     Headings::kNo),
        Rows());
  EXPECT_THAT(data_, ::testing::HasSubstr("\x1b[32mattached\x1b[0m"));
  EXPECT_THAT(data_, ::testing::HasSubstr("\x1b[33mdetached\x1b[0m"));
}

TEST_F(PrinterTest, JsonOfAListIsOneArrayWithARecordALine) {
  constexpr static Column kNames[] = {{"name", "NAME"}};
  constexpr static View kNameView = {.name = {"name", "NAME"}, .columns = kNames};
  auto printer = MakePrinter(MakeOutput(), OutputFormat::kJson, Headings::kYes);
  EXPECT_THAT(printer->BeginList(kNameView), tests::IsOk());
  printer->Rows({Record{{"name", "a"}}});
  printer->Rows({Record{{"name", "b"}, {"n", 9007199254740993}}});
  printer->EndList();
  EXPECT_EQ(data_, "[\n  {\"name\":\"a\"},\n  {\"name\":\"b\",\"n\":9007199254740993}\n]\n");
}

TEST_F(PrinterTest, EveryRowOfAListHasTheSameFieldsInJson) {
  constexpr static Column kColumns[] = {{"name", "NAME"}, {"n", "N"}};
  constexpr static std::string_view kMore[] = {"since"};
  constexpr static View kListView = {.name = {"name", "NAME"}, .columns = kColumns, .more = kMore};
  auto printer = MakePrinter(MakeOutput(), OutputFormat::kJson, Headings::kYes);
  EXPECT_THAT(printer->BeginList(kListView), tests::IsOk());
  printer->Rows({Record{{"name", "a"}, {"n", 1}, {"since", 2}}, Record{{"name", "b"}}});
  printer->EndList();
  EXPECT_EQ(data_,
            "[\n  {\"name\":\"a\",\"n\":1,\"since\":2},\n"
            "  {\"name\":\"b\",\"n\":null,\"since\":null}\n]\n");
}

TEST_F(PrinterTest, JsonOfAnEmptyListIsAnEmptyArray) {
  Print(*MakePrinter(MakeOutput(), OutputFormat::kJson, Headings::kYes), {});
  EXPECT_EQ(data_, "[]\n");
  EXPECT_EQ(messages_, "");
}

TEST_F(PrinterTest, NamesAreOneALine) {
  Print(*MakePrinter(MakeOutput(), OutputFormat::kName, Headings::kYes), Rows());
  EXPECT_EQ(data_, "counter\na\\x1b[31m\\nb\n");
}

TEST_F(PrinterTest, OneRecordIsShownInFullWithItsLists) {
  Record record = Rows()[0].AsRecord();
  record.Set("holders", Array{Record{{"session", "4f3c21aa00000000"}, {"via", "counter.make"}}});
  MakePrinter(MakeOutput(), OutputFormat::kTable, Headings::kYes)->Item(kView, record);
  EXPECT_EQ(data_,
            "name   counter\n"
            "id     @7\n"
            "state  attached\n"
            "calls  12\n"
            "age    3m12s\n"
            "size   1.5 KiB\n"
            "\n"
            "Held by\n"
            "  SESSION   VIA\n"
            "  4f3c21aa  counter.make\n");
}

TEST_F(PrinterTest, ATreeIsDrawn) {
  Array roots = {
      Record{
          {"name", "shop"},
          {"children", Array{Record{{"name", "carts"}, {"children", Array{Record{{"name", "a"}}}}},
                             Record{{"name", "tills"}}}}},
      Record{{"name", "clock"}}};
  constexpr static Column kNames[] = {{"name", "NAME"}};
  constexpr static View kNameView = {.name = {"name", ""}, .columns = kNames};
  MakePrinter(MakeOutput(), OutputFormat::kTable, Headings::kNo)->Tree(kNameView, roots);
  EXPECT_EQ(data_, "shop\n├─ carts\n│  └─ a\n└─ tills\nclock\n");
  data_.clear();
  MakePrinter(MakeOutput({.unicode = false}), OutputFormat::kTable, Headings::kNo)
      ->Tree(kNameView, roots);
  EXPECT_EQ(data_, "shop\n|- carts\n|  `- a\n`- tills\nclock\n");
  data_.clear();
  MakePrinter(MakeOutput(), OutputFormat::kName, Headings::kNo)->Tree(kNameView, roots);
  EXPECT_EQ(data_, "shop\nshop.carts\nshop.carts.a\nshop.tills\nclock\n");
}

TEST_F(PrinterTest, AResultIsPrintedForPeopleOrScripts) {
  Output& output = MakeOutput();
  auto table = MakePrinter(output, OutputFormat::kTable, Headings::kYes);
  auto result = [&](Printer& printer, const Value& value,
                    Printer::Asked asked = Printer::Asked::kAction) {
    data_.clear();
    printer.Result(value, asked);
    return data_;
  };
  ObjectRef function =
      MakeFunction([](Args) -> absl::StatusOr<Value> { return Value(); }, {.name = "add"});
  EXPECT_EQ(result(*table, 42), "42\n");
  EXPECT_EQ(result(*table, "plain text"), "plain text\n");
  EXPECT_EQ(result(*table, Array{"a", 1, Record{{"odd name", nullptr}, {"b", Value(function)}}}),
            "[\"a\", 1, {\"odd name\": null, b: function add}]\n");
  EXPECT_EQ(result(*table, Value(function)), "function add\n");
  EXPECT_EQ(result(*table, Value()), "") << "a method that answers nothing";
  EXPECT_EQ(result(*table, Value(), Printer::Asked::kValue), "undefined\n")
      << "a property that is undefined";
  EXPECT_EQ(result(*table, Bytes::Copy("\x00\x01", 2)), std::string("\x00\x01", 2))
      << "into a pipe";
  auto json = MakePrinter(output, OutputFormat::kJson, Headings::kYes);
  EXPECT_EQ(result(*json, Value()), "null\n");
  EXPECT_EQ(result(*json, "text"), "\"text\"\n");
}

TEST_F(PrinterTest, OnATerminalLongResultsAreLaidOutAndControlCharactersShown) {
  Look look{.terminal = true, .width = 20};
  auto table = MakePrinter(MakeOutput(look), OutputFormat::kTable, Headings::kYes);
  table->Result(Record{{"short", Array{1, 2}}, {"long", Array{"aaaaaaaaaa", "bbbbbbbbbb"}}},
                Printer::Asked::kValue);
  EXPECT_EQ(data_,
            "{\n"
            "  short: [1, 2],\n"
            "  long: [\n"
            "    \"aaaaaaaaaa\",\n"
            "    \"bbbbbbbbbb\"\n"
            "  ]\n"
            "}\n");
  data_.clear();
  table->Result("two\nlines\tand \x1b[2J", Printer::Asked::kValue);
  EXPECT_EQ(data_, "two\nlines\tand \\x1b[2J\n");
  data_.clear();
  table->Result(Bytes::Copy("\x1b", 1), Printer::Asked::kValue);
  EXPECT_EQ(data_, "<bytes 1>\n");
}

TEST_F(PrinterTest, AStreamIsARecordALine) {
  Record record{{"name", "resize"}, {"calls", 3}};
  MakePrinter(MakeOutput(), OutputFormat::kTable, Headings::kYes)->Event(kView, record);
  MakePrinter(MakeOutput(), OutputFormat::kJson, Headings::kYes)->Event(kView, record);
  MakePrinter(MakeOutput(), OutputFormat::kName, Headings::kYes)->Event(kView, record);
  EXPECT_EQ(data_, "resize  -  -  3  -\n{\"name\":\"resize\",\"calls\":3}\nresize\n");
}

TEST(ViewTest, DurationsAreRough) {
  EXPECT_EQ(DurationText(absl::Milliseconds(350)), "350ms");
  EXPECT_EQ(DurationText(absl::Seconds(45)), "45s");
  EXPECT_EQ(DurationText(absl::Seconds(192)), "3m12s");
  EXPECT_EQ(DurationText(absl::Minutes(125)), "2h5m");
  EXPECT_EQ(DurationText(absl::Hours(76)), "3d4h");
  EXPECT_EQ(DurationText(-absl::Seconds(1)), "0s");
  EXPECT_EQ(DurationText(absl::InfiniteDuration()), "forever");
}

TEST(ViewTest, SizesAreRough) {
  EXPECT_EQ(ByteText(512), "512 B");
  EXPECT_EQ(ByteText(1536), "1.5 KiB");
  EXPECT_EQ(ByteText(int64_t{3} << 30), "3.0 GiB");
}

TEST(OutputTest, ControlCharactersAreShown) {
  EXPECT_EQ(Printable("a\x1b[31mb\n\t\x7f\xc2\x9b\xc3\xa9"), "a\\x1b[31mb\\n\\t\\x7f\\x9b\xc3\xa9");
  EXPECT_EQ(Printable("a\xe2\x80\xaetxt.exe"), "a\\u202etxt.exe");
}

}  // namespace
}  // namespace hawser::cli
