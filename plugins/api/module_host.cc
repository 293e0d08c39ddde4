#include "hawser/module_host.h"

namespace hawser {

std::string_view EntryPointName(EntryRequest::Point point) {
  switch (point) {
    case EntryRequest::Point::kRequire:
      return "require";
    case EntryRequest::Point::kBuiltin:
      return "getBuiltin";
    case EntryRequest::Point::kGlobal:
      return "getGlobal";
    case EntryRequest::Point::kCurrentWindow:
      return "getCurrentWindow";
    case EntryRequest::Point::kCurrentWebContents:
      return "getCurrentWebContents";
    case EntryRequest::Point::kProvide:
      return "provide";
  }
  return "unknown";
}

}  // namespace hawser
