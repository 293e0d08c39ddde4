#include "tools/cli/endpoint.h"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "fmt/format.h"
#include "hawser/base/version.h"
#include "tools/cli/failure.h"

namespace hawser::cli {
namespace {

constexpr std::string_view kUnix = "unix:";
constexpr std::string_view kTcp = "tcp:";

// What keeps this process from a Unix socket, as errno; 0 if nothing does.
int TrySocket(const std::string& path) {
  sockaddr_un address = {};
  if (path.size() >= sizeof(address.sun_path)) return ENAMETOOLONG;
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, path.data(), path.size());
  int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0) return errno;
  int error =
      connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0 ? 0 : errno;
  close(fd);
  return error;
}

// What keeps this process from the socket at `path`.
enum class Obstacle { kNone, kFolder, kFile, kNoSocket, kNobodyListens, kDenied, kTooLong, kOther };

Obstacle ObstacleAt(const std::string& path) {
  struct stat file = {};
  bool there = stat(path.c_str(), &file) == 0;
  if (there && S_ISDIR(file.st_mode)) return Obstacle::kFolder;
  if (there && !S_ISSOCK(file.st_mode)) return Obstacle::kFile;
  switch (TrySocket(path)) {
    case 0:
      return Obstacle::kNone;
    case ENOENT:
    case ENOTDIR:
      return Obstacle::kNoSocket;
    case ECONNREFUSED:
      return Obstacle::kNobodyListens;
    case EACCES:
      return Obstacle::kDenied;
    case ENAMETOOLONG:
      return Obstacle::kTooLong;
    default:
      return Obstacle::kOther;
  }
}

struct Reason {
  std::string text;
  // What to try; "" for what is always said.
  std::string hint;
};

// Of gRPC's chains of words only the last says what the system said.
std::string LastOf(const absl::Status& status) {
  std::string_view message = MessageOf(status);
  size_t colon = message.rfind(": ");
  return std::string(colon == message.npos ? message : message.substr(colon + 2));
}

Reason WhyNoSocket(const std::string& path, const absl::Status& status) {
  struct stat file = {};
  switch (ObstacleAt(path)) {
    case Obstacle::kFolder:
      return {"it is a folder, no socket", "name the socket in it"};
    case Obstacle::kFile:
      return {"it is a file, no socket", "name a socket"};
    case Obstacle::kNoSocket:
      return {"there is no such socket", ""};
    case Obstacle::kNobodyListens:
      return {"nobody listens there any more", ""};
    case Obstacle::kDenied:
      return {fmt::format("the permissions of the socket or its folder keep user {} out", getuid()),
              stat(path.c_str(), &file) == 0
                  ? fmt::format("the socket is user {}'s; ask them, or be them", file.st_uid)
                  : "ask whoever started the broker, or be root"};
    case Obstacle::kTooLong:
      return {"the path is too long for a socket", "use a shorter one"};
    case Obstacle::kNone:
      return {fmt::format("something listens there, but not like a broker ({})", LastOf(status)),
              "is it another program's socket? or a broker that takes no more connections: its log "
              "says so"};
    case Obstacle::kOther:
      break;
  }
  return {LastOf(status), ""};
}

Reason WhyNot(std::string_view endpoint, const absl::Status& status) {
  if (absl::IsUnavailable(status) && endpoint.starts_with(kUnix))
    return WhyNoSocket(std::string(endpoint.substr(kUnix.size())), status);
  if (absl::IsUnavailable(status) && endpoint.starts_with(kTcp)) {
    std::string why = LastOf(status);
    // Where the host can be reached, a broker may be missing; else the host is.
    bool nobody = why.find("refused") != why.npos;
    return {why, nobody ? "" : "is the name of the host right, and is it up?"};
  }
  // The SDK names the endpoint, too.
  std::string_view message = MessageOf(status);
  std::string named = fmt::format("endpoint {}: ", endpoint);
  if (message.starts_with(named)) message.remove_prefix(named.size());
  return {std::string(message), ""};
}

// Whether `status` says that the broker is there, but of another version: in the broker's words, or
// in those of the SDK.
bool SpeaksAnother(const absl::Status& status) {
  std::string_view message = MessageOf(status);
  return message.find(" is not spoken here") != message.npos ||
         message.find("this client does not speak") != message.npos;
}

std::string_view OriginText(Origin origin) {
  switch (origin) {
    case Origin::kOption:
      return "";
    case Origin::kEnvironment:
      return " (from $HAWSER_ENDPOINT)";
    case Origin::kDefault:
      return " (the default)";
  }
  return "";
}

std::string HowToStart(std::string_view endpoint, Origin origin) {
  // The daemon has the same default.
  if (origin == Origin::kDefault) return "hawserd &";
  return fmt::format("hawserd --listen {}{} &", endpoint,
                     endpoint.starts_with(kTcp) ? " --insecure-tcp" : "");
}

}  // namespace

std::string FullEndpoint(std::string_view text) {
  bool path = !text.empty() && (text.find(':') == text.npos || text[0] == '/' || text[0] == '.');
  return path ? fmt::format("{}{}", kUnix, text) : std::string(text);
}

bool BrokerMayCome(std::string_view endpoint) {
  if (!endpoint.starts_with(kUnix)) return true;
  switch (ObstacleAt(std::string(endpoint.substr(kUnix.size())))) {
    case Obstacle::kNoSocket:
    case Obstacle::kNobodyListens:
    case Obstacle::kNone:  // one that has come since
      return true;
    default:
      return false;
  }
}

bool NobodyListens(std::string_view endpoint) {
  if (!endpoint.starts_with(kUnix)) return false;
  Obstacle obstacle = ObstacleAt(std::string(endpoint.substr(kUnix.size())));
  return obstacle == Obstacle::kNoSocket || obstacle == Obstacle::kNobodyListens;
}

absl::Status ExplainNoConnection(const absl::Status& status, std::string_view endpoint,
                                 Origin origin) {
  Reason reason = WhyNot(endpoint, status);
  std::string message =
      fmt::format("cannot connect to {}{}: {}", endpoint, OriginText(origin), reason.text);
  switch (status.code()) {
    case absl::StatusCode::kInvalidArgument:
      if (SpeaksAnother(status)) {
        return Fail(Exit::kSkew, message,
                    fmt::format("this is hawser {}: use the one that was installed with that "
                                "broker",
                                base::kVersion));
      }
      return Fail(Exit::kUsage, message, "see: hawser help endpoints");
    case absl::StatusCode::kPermissionDenied:
      return Fail(Exit::kDenied, message);
    case absl::StatusCode::kDeadlineExceeded:
      return Fail(Exit::kUnreachable, message,
                  "something is there, but it does not answer like a broker in time");
    default:
      break;
  }
  if (reason.hint.empty()) {
    reason.hint = "to start a broker there: " + HowToStart(endpoint, origin);
  }
  return WithHint(Fail(Exit::kUnreachable, message, reason.hint),
                  "to ask another one: hawser --endpoint unix:/path/of/socket, or set "
                  "HAWSER_ENDPOINT");
}

}  // namespace hawser::cli
