#include <memory>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "proto/wire/fields.h"
#include "proto/wire/reader.h"
#include "proto/wire/refusal.h"
#include "proto/wire/value_reader.h"

namespace hawser::wire {
namespace {

// What the fields of a Call say besides its arguments.
bool ReadCallField(const Fields& fields, Call* call, Refusal* refusal) {
  switch (fields.tag()) {
    case CallTag::kOp:
      if (static_cast<uint32_t>(fields.number()) > static_cast<uint32_t>(Op::kAwait)) {
        return refusal->Because(
            absl::StrCat("no operation has the number ", static_cast<uint32_t>(fields.number())));
      }
      call->op = static_cast<Op>(fields.number());
      return true;
    case CallTag::kIndex: {
      auto index = static_cast<uint32_t>(fields.number());
      if (index > Shape::kMaxMembers)
        return refusal->Because(absl::StrCat("no shape has a member ", index));
      call->member = index == 0 ? Invocation::kSelf : static_cast<int>(index - 1);
      call->name = {};
      return true;
    }
    case CallTag::kName:
      call->member = Invocation::kSelf;
      return ReadText(fields.bytes(), "name", &call->name, refusal);
    case CallTag::kDeadlineUs:
      call->deadline_us = fields.number();
      return true;
    default:
      return true;
  }
}

// What holds between the fields of a call.
void CheckCall(const Call& call, bool has_target, const std::vector<AnswerArg>& answers,
               Refusal* refusal) {
  if (call.id == 0) {
    refusal->Because("no id");
  } else if (!has_target) {
    refusal->Because("no target");
  } else if (call.on_answer && call.target >= call.id) {
    refusal->Because(absl::StrCat("the target is the answer of call ", call.target,
                                  ", which is not an earlier one"));
  }
  for (const AnswerArg& answer : answers) {
    if (answer.call < call.id || refusal->refused()) continue;
    refusal->Because(
        absl::StrCat("the answer of call ", answer.call, ", which is not an earlier one"));
    refusal->In("args", answer.position);
  }
}

void ReadArgument(std::string_view message, Args* args, std::vector<AnswerArg>* answers,
                  ValueReader* values, Refusal* refusal) {
  auto position = static_cast<uint32_t>(args->size());
  std::optional<uint64_t> answer;
  if (!values->ReadArgument(message, &args->emplace_back(), &answer)) {
    refusal->In("args", position);
  } else if (answer.has_value()) {
    answers->push_back({.position = position, .call = *answer});
  }
}

void ReadNumbers(std::string_view bytes, std::string_view part, std::vector<uint64_t>* numbers,
                 Refusal* refusal) {
  if (!ForEachPacked(
          bytes, [&](uint64_t number) { numbers->push_back(number); }, refusal))
    refusal->In(part);
}

// The short way for calls of a handle's member with numbers: what most calls are. False for all
// others.
bool ReadCallInOrder(std::string_view body, Call* call, Args* args) {
  uint64_t index = 0;
  std::string_view arg;
  FieldsInOrder fields(body);
  if (!fields.Number(CallTag::kId, &call->id) || call->id == 0) return false;
  if (!fields.Number(CallTag::kHandle, &call->target)) return false;
  if (!fields.Number(CallTag::kIndex, &index)) return false;
  if (index == 0 || index > Shape::kMaxMembers) return false;
  call->member = static_cast<int>(index - 1);
  while (fields.Bytes(CallTag::kArgs, &arg)) {
    if (!ValueReader::ReadOnlyNumber(arg, [&](auto number) { args->emplace_back(number); }))
      return false;
  }
  return fields.AtEnd();
}

}  // namespace

absl::Status BodyReader::ReadCall(std::string_view body, Call* call, Args* args,
                                  std::vector<AnswerArg>* answers) {
  answers->clear();
  args->erase(args->begin(), args->end());  // clear() would give its memory back
  std::construct_at(call);                  // in place: *call = Call() would write it twice
  if (ReadCallInOrder(body, call, args)) return absl::OkStatus();
  std::construct_at(call);
  args->erase(args->begin(), args->end());
  return ReadAnyCall(body, call, args, answers);
}

absl::Status BodyReader::ReadAnyCall(std::string_view body, Call* call, Args* args,
                                     std::vector<AnswerArg>* answers) {
  Refusal refusal;
  ValueReader values(objects_, packet_buffer_, &refusal);
  bool has_target = false;
  Fields fields(body);
  while (fields.Next()) {
    switch (fields.tag()) {
      case CallTag::kId:
        call->id = fields.number();
        break;
      case CallTag::kNoReply:
        call->no_reply = fields.flag();
        break;
      case CallTag::kKeepAnswer:
        call->keep_answer = fields.flag();
        break;
      case CallTag::kNested:
        call->nested = fields.flag();
        break;
      case CallTag::kHandle:
      case CallTag::kAnswer:
        call->on_answer = fields.tag() == CallTag::kAnswer;
        call->target = fields.number();
        has_target = true;
        break;
      case CallTag::kArgs:
        // After a fault what follows only matters as far as it says whom to answer.
        if (refusal.refused()) break;
        if (ValueReader::ReadOnlyNumber(fields.bytes(),
                                        [&](auto number) { args->emplace_back(number); })) {
          break;
        }
        ReadArgument(fields.bytes(), args, answers, &values, &refusal);
        break;
      default:
        if (!refusal.refused()) ReadCallField(fields, call, &refusal);
    }
  }
  if (fields.Finish(&refusal) && !refusal.refused())
    CheckCall(*call, has_target, *answers, &refusal);
  return refusal.ToStatusIn("call");
}

absl::Status BodyReader::ReadReturn(std::string_view body, uint64_t* call, Outcome* outcome) {
  *call = 0;
  *outcome = Outcome();
  FieldsInOrder in_order(body);
  std::string_view result;
  if (in_order.Number(ReturnTag::kCall, call) && in_order.Bytes(ReturnTag::kValue, &result) &&
      in_order.AtEnd() &&
      ValueReader::ReadOnlyNumber(result, [&](auto number) { *outcome = Value(number); })) {
    return absl::OkStatus();
  }
  return ReadAnyReturn(body, call, outcome);
}

absl::Status BodyReader::ReadAnyReturn(std::string_view body, uint64_t* call, Outcome* outcome) {
  *call = 0;
  Refusal refusal;
  ValueReader values(objects_, packet_buffer_, &refusal);
  bool answered = false;
  Fields fields(body);
  while (fields.Next()) {
    answered |= fields.tag() == ReturnTag::kValue || fields.tag() == ReturnTag::kError;
    switch (fields.tag()) {
      case ReturnTag::kCall:
        *call = fields.number();
        break;
      case ReturnTag::kValue: {
        if (refusal.refused()) break;
        Value value;
        if (!values.Read(fields.bytes(), &value)) refusal.In("value");
        *outcome = std::move(value);
        break;
      }
      case ReturnTag::kError: {
        if (refusal.refused()) break;
        Error error;
        if (!values.Read(fields.bytes(), &error)) refusal.In("error");
        *outcome = Outcome::Failed(std::move(error));
        break;
      }
      default:
        break;
    }
  }
  // Another kind of outcome must not be taken for a result.
  if (fields.Finish(&refusal) && !refusal.refused() && !answered)
    refusal.Because("neither value nor error");
  return refusal.ToStatusIn("result");
}

absl::Status BodyReader::ReadCancel(std::string_view body, uint64_t* call) {
  *call = 0;
  Refusal refusal;
  Fields fields(body);
  while (fields.Next()) {
    if (fields.tag() == CancelTag::kCall) *call = fields.number();
  }
  fields.Finish(&refusal);
  return refusal.ToStatusIn("cancel");
}

absl::Status BodyReader::ReadRelease(std::string_view body, uint64_t* upto,
                                     std::vector<uint64_t>* handles,
                                     std::vector<uint64_t>* answers) {
  *upto = 0;
  handles->clear();
  answers->clear();
  Refusal refusal;
  Fields fields(body);
  while (!refusal.refused() && fields.Next()) {
    switch (fields.tag()) {
      case ReleaseTag::kUpto:
        *upto = fields.number();
        break;
      case ReleaseTag::kHandles:
        ReadNumbers(fields.bytes(), "handles", handles, &refusal);
        break;
      case ReleaseTag::kHandleUnpacked:
        handles->push_back(fields.number());
        break;
      case ReleaseTag::kAnswers:
        ReadNumbers(fields.bytes(), "answers", answers, &refusal);
        break;
      case ReleaseTag::kAnswerUnpacked:
        answers->push_back(fields.number());
        break;
      default:
        break;
    }
  }
  fields.Finish(&refusal);
  return refusal.ToStatusIn("release");
}

absl::Status BodyReader::ReadGone(std::string_view body, std::vector<uint64_t>* handles,
                                  GoneReason* reason) {
  handles->clear();
  *reason = GoneReason::kDestroyed;
  Refusal refusal;
  Fields fields(body);
  while (!refusal.refused() && fields.Next()) {
    switch (fields.tag()) {
      case GoneTag::kHandles:
        ReadNumbers(fields.bytes(), "handles", handles, &refusal);
        break;
      case GoneTag::kHandleUnpacked:
        handles->push_back(fields.number());
        break;
      case GoneTag::kReason: {
        auto number = static_cast<uint32_t>(fields.number());
        bool known = number > static_cast<uint32_t>(GoneReason::kAlive) &&
                     number <= static_cast<uint32_t>(GoneReason::kSessionEnded);
        *reason = known ? static_cast<GoneReason>(number) : GoneReason::kDestroyed;
        break;
      }
      default:
        break;
    }
  }
  fields.Finish(&refusal);
  return refusal.ToStatusIn("gone");
}

absl::Status BodyReader::ReadEnd(std::string_view body, EndReason* reason, absl::StatusCode* code,
                                 std::string* message) {
  *code = absl::StatusCode::kOk;
  std::string_view text;
  Refusal refusal;
  Fields fields(body);
  while (!refusal.refused() && fields.Next()) {
    switch (fields.tag()) {
      case EndTag::kCode: {
        bool left = static_cast<uint32_t>(fields.number()) == 0;
        *code = left ? absl::StatusCode::kOk : ErrorCode(fields.number());
        break;
      }
      case EndTag::kMessage:
        ReadText(fields.bytes(), "message", &text, &refusal);
        break;
      case EndTag::kReason: {
        auto number = static_cast<uint32_t>(fields.number());
        if (number > 0 && number <= static_cast<uint32_t>(EndReason::kViolation) + 1)
          *reason = static_cast<EndReason>(number - 1);
        break;
      }
      default:
        break;
    }
  }
  fields.Finish(&refusal);
  message->assign(text);
  return refusal.ToStatusIn("end");
}

}  // namespace hawser::wire
