#include "tools/cli/address.h"

#include <charconv>
#include <utility>

#include "fmt/format.h"
#include "hawser/base/status_macros.h"
#include "tools/cli/failure.h"

namespace hawser::cli {
namespace {

constexpr std::string_view kBreaks = ".[]\"";

struct Prefix {
  std::string_view text;
  Address::Root root;
};
constexpr Prefix kPrefixes[] = {
    {"module:", Address::Root::kModule},
    {"builtin:", Address::Root::kBuiltin},
    {"global:", Address::Root::kGlobal},
};

bool IsDigits(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == text.npos;
}

// Reads an address from its beginning to its end.
class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text), rest_(text) {}

  absl::StatusOr<Address> Parse() {
    Address address;
    HAWSER_RETURN_IF_ERROR(ParseRoot(&address));
    while (!rest_.empty()) {
      HAWSER_ASSIGN_OR_RETURN(Address::Step step, ParseStep());
      address.steps.push_back(std::move(step));
    }
    return address;
  }

 private:
  absl::Status Wrong(std::string_view what) const {
    return Fail(Exit::kUsage, fmt::format("'{}' is no address: {}", text_, what),
                "an address is a name with members, such as clock.alarms[3], or an object's id, "
                "such as @7\n"
                "see: hawser help addresses");
  }

  bool Skip(std::string_view prefix) {
    if (!rest_.starts_with(prefix)) return false;
    rest_.remove_prefix(prefix.size());
    return true;
  }

  std::string_view Take(size_t size) {
    std::string_view taken = rest_.substr(0, size);
    rest_.remove_prefix(taken.size());
    return taken;
  }

  absl::Status ParseRoot(Address* address) {
    if (rest_.starts_with('@')) {
      address->root = Address::Root::kObject;
      std::string_view id = Take(rest_.find_first_of(kBreaks));
      HAWSER_ASSIGN_OR_RETURN(address->oid, ParseObjectId(id));
      return absl::OkStatus();
    }
    for (const Prefix& prefix : kPrefixes) {
      if (!Skip(prefix.text)) continue;
      address->root = prefix.root;
      break;
    }
    if (rest_.starts_with('"')) {
      address->quoted = true;
      HAWSER_ASSIGN_OR_RETURN(address->name, ParseQuoted());
    } else {
      address->name = Take(EndOfName());
    }
    if (address->name.empty()) return Wrong("it has no name");
    if (address->name == "remote" && address->root == Address::Root::kName && !address->quoted) {
      address->root = Address::Root::kRemote;
      address->name.clear();
    }
    return absl::OkStatus();
  }

  // Where the name at the beginning ends. That of a path ends at the first dot behind its last
  // slash, and takes ".so" along.
  size_t EndOfName() const {
    size_t slash = rest_.substr(0, rest_.find_first_of("[\"")).rfind('/');
    if (slash == rest_.npos) return std::min(rest_.find_first_of(kBreaks), rest_.size());
    size_t end = std::min(rest_.find_first_of(kBreaks, slash), rest_.size());
    std::string_view behind = rest_.substr(end);
    if (behind == ".so" || behind.starts_with(".so.") || behind.starts_with(".so[")) end += 3;
    return end;
  }

  absl::StatusOr<Address::Step> ParseStep() {
    Address::Step step;
    if (Skip(".")) {
      step.name = Take(rest_.find_first_of(kBreaks));
      if (step.name.empty()) return Wrong("a member's name is missing after a dot");
      return step;
    }
    if (!Skip("[")) return Wrong(fmt::format("'{}' was not expected", rest_));
    if (rest_.starts_with('"')) {
      HAWSER_ASSIGN_OR_RETURN(step.name, ParseQuoted());
    } else {
      step.is_index = true;
      step.name = Take(rest_.find(']'));
      const char* end = step.name.data() + step.name.size();
      auto parsed = std::from_chars(step.name.data(), end, step.index);
      if (!IsDigits(step.name) || parsed.ec != std::errc() || parsed.ptr != end) {
        return Wrong("brackets take a number, such as [3], or a name in quotes, such as [\"a b\"]");
      }
    }
    if (!Skip("]")) return Wrong("a ']' is missing");
    return step;
  }

  absl::StatusOr<std::string> ParseQuoted() {
    Skip("\"");
    std::string name;
    while (!rest_.empty()) {
      char c = Take(1)[0];
      if (c == '"') return name;
      if (c == '\\' && !rest_.empty()) c = Take(1)[0];
      name += c;
    }
    return Wrong("a closing quote is missing");
  }

  const std::string_view text_;
  std::string_view rest_;
};

std::string Quoted(std::string_view name) {
  std::string text = "\"";
  for (char c : name) {
    if (c == '"' || c == '\\') text += '\\';
    text += c;
  }
  return text + '"';
}

}  // namespace

std::string Address::ToString() const {
  std::string text;
  if (root == Root::kObject) {
    text = fmt::format("@{}", oid);
  } else if (root == Root::kRemote) {
    text = "remote";
  } else {
    for (const Prefix& prefix : kPrefixes) {
      if (prefix.root == root) text = prefix.text;
    }
    text += quoted ? Quoted(name) : name;
  }
  for (const Step& step : steps) {
    if (step.is_index) {
      text += fmt::format("[{}]", step.index);
    } else if (step.name.find_first_of(kBreaks) != step.name.npos) {
      text += fmt::format("[{}]", Quoted(step.name));
    } else {
      text += "." + step.name;
    }
  }
  return text;
}

Address Address::Parent() const {
  Address parent = *this;
  parent.steps.pop_back();
  return parent;
}

absl::StatusOr<Address> ParseAddress(std::string_view text) { return Parser(text).Parse(); }

absl::StatusOr<uint64_t> ParseObjectId(std::string_view text) {
  uint64_t oid = 0;
  std::string_view digits = text.starts_with('@') ? text.substr(1) : std::string_view();
  auto parsed = std::from_chars(digits.data(), digits.data() + digits.size(), oid);
  if (!IsDigits(digits) || parsed.ec != std::errc() || oid == 0) {
    return Fail(Exit::kUsage,
                fmt::format("'{}' is no object id: expected @ and a number, such as @7", text));
  }
  return oid;
}

}  // namespace hawser::cli
