#ifndef TOOLS_CLI_ADDRESS_H_
#define TOOLS_CLI_ADDRESS_H_

// Address: how a person names an object, a member or a value.
//
//   counter                   a module, a built-in or a global of that name
//   window.BrowserWindow      a member of it
//   clock.alarms[3].label     an element of an array, a field of a record
//   ./sub/foo.bar             a module by its path below the broker's main folder
//   @7                        an object that some session holds, by its id; @7.title a member of it
//   remote.getCurrentWindow   the object every session starts from
//   global:answer             only a global, if a module has the same name; also module: and builtin:
//   "my.module".x             quotes for names with dots; x["odd name"] for such members

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace hawser::cli {

struct Address {
  enum class Root { kName, kModule, kBuiltin, kGlobal, kObject, kRemote };

  struct Step {
    // What was written in brackets as a number; then `name` holds its digits.
    bool is_index = false;
    std::string name;
    size_t index = 0;
    friend bool operator==(const Step&, const Step&) = default;
  };

  Root root = Root::kName;
  std::string name;     // all but kObject and kRemote
  uint64_t oid = 0;     // kObject
  bool quoted = false;  // the name was in quotes, so that it is whole
  std::vector<Step> steps;

  friend bool operator==(const Address&, const Address&) = default;

  // As one would write it.
  std::string ToString() const;
  // The same without the last step; there must be one.
  Address Parent() const;
};

// Exit::kUsage, with where the text goes wrong.
absl::StatusOr<Address> ParseAddress(std::string_view text);

// "@7" -> 7; nothing else is accepted.
absl::StatusOr<uint64_t> ParseObjectId(std::string_view text);

}  // namespace hawser::cli

#endif  // TOOLS_CLI_ADDRESS_H_
