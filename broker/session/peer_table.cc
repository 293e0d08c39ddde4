#include "broker/session/peer_table.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <utility>

#include "absl/strings/str_cat.h"
#include "broker/session/pidfd_process.h"
#include "hawser/base/status_macros.h"

namespace hawser::broker {
namespace {

constexpr std::string_view kPrefix = "fd:";

std::optional<int> NumberOf(std::string_view grpc_peer) {
  if (grpc_peer.substr(0, kPrefix.size()) != kPrefix) return std::nullopt;
  grpc_peer.remove_prefix(kPrefix.size());
  int number = 0;
  auto [end, error] =
      std::from_chars(grpc_peer.data(), grpc_peer.data() + grpc_peer.size(), number);
  if (error != std::errc() || end != grpc_peer.data() + grpc_peer.size()) return std::nullopt;
  return number;
}

bool IsTcp(int socket) {
  int domain = AF_UNIX;
  socklen_t size = sizeof(domain);
  getsockopt(socket, SOL_SOCKET, SO_DOMAIN, &domain, &size);
  return domain != AF_UNIX;
}

// "127.0.0.1:4711", "[::1]:4711"; "" if the connection is over already.
std::string TcpAddressOf(int socket) {
  sockaddr_storage address{};
  socklen_t size = sizeof(address);
  if (getpeername(socket, reinterpret_cast<sockaddr*>(&address), &size) != 0) return "";
  char text[INET6_ADDRSTRLEN] = "";
  if (address.ss_family == AF_INET) {
    const auto& in = reinterpret_cast<const sockaddr_in&>(address);
    inet_ntop(AF_INET, &in.sin_addr, text, sizeof(text));
    return absl::StrCat(text, ":", ntohs(in.sin_port));
  }
  const auto& in6 = reinterpret_cast<const sockaddr_in6&>(address);
  inet_ntop(AF_INET6, &in6.sin6_addr, text, sizeof(text));
  return absl::StrCat("[", text, "]:", ntohs(in6.sin6_port));
}

}  // namespace

PeerTable::PeerTable(const BrokerLimits& limits, ControlLoop& control)
    : limits_(limits), control_(control), descriptors_(DescriptorLimit()) {
  // The upper three quarters; what else the process opens finds room below.
  constexpr uint64_t kMost = 1 << 24;
  last_number_ = static_cast<int>(std::min(descriptors_, kMost)) - 1;
  first_number_ = last_number_ / 4;
  next_number_ = first_number_;
}

PeerTable::~PeerTable() {
  CutAll();
  {
    base::MutexLock lock(mu_);
    while (!entries_.empty()) Erase(entries_.begin()->first);
  }
  control_.AwaitEvents();
}

absl::StatusOr<Peer> PeerTable::PeerOf(int socket, std::string_view address) const {
  Peer peer;
  if (IsTcp(socket)) {
    peer.address = absl::StrCat("tcp:", TcpAddressOf(socket));
    return peer;
  }
  ucred credentials{};
  socklen_t size = sizeof(credentials);
  if (getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &credentials, &size) != 0) {
    return absl::InternalError(absl::StrCat("the peer's credentials: ", strerror(errno)));
  }
  peer.uid = credentials.uid;
  peer.pid = credentials.pid;
  peer.program = ProgramOf(credentials.pid);
  peer.address = std::string(address);
  peer.process = PidfdProcess::OfSocket(socket, credentials.pid, control_);
  return peer;
}

absl::StatusOr<UniqueFd> PeerTable::Admit(UniqueFd socket, std::string_view address) {
  Entry entry;
  HAWSER_ASSIGN_OR_RETURN(entry.peer, PeerOf(socket.get(), address));
  const bool tcp = !entry.peer.uid.has_value();
  if (tcp) {
    // Packets are whole when they leave: waiting to fill a segment only costs time.
    constexpr int kOn = 1;
    setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &kOn, sizeof(kOn));
  }
  entry.duplicate = UniqueFd(fcntl(socket.get(), F_DUPFD_CLOEXEC, 0));
  if (!entry.duplicate.ok()) {
    return absl::ResourceExhaustedError("no file descriptors left (limit RLIMIT_NOFILE)");
  }
  base::MutexLock lock(mu_);
  if (absl::Status caps = CheckCaps(entry.peer.uid); !caps.ok()) return caps;
  socket = MoveUp(std::move(socket));
  int number = socket.get();
  // Whoever had the number before us has hung up, or gRPC would still hold it.
  if (entries_.contains(number)) Erase(number);
  entry.serial = next_serial_++;
  // The other end of a TCP connection says only that it says no more.
  entry.watch =
      control_.Watch(entry.duplicate.get(), tcp ? uint32_t{EPOLLRDHUP} : 0,
                     [this, number, serial = entry.serial](uint32_t) { OnHangUp(number, serial); });
  ++per_uid_[entry.peer.uid];
  entries_.emplace(number, std::move(entry));
  return socket;
}

absl::Status PeerTable::CheckCaps(std::optional<uid_t> uid) const {
  const DescriptorBudget budget = DescriptorBudget::Of(limits_, descriptors_);
  const bool trusted = uid == uid_t{0} || uid == geteuid();
  const size_t most = trusted ? budget.connections : budget.of_others;
  if (entries_.size() >= most) {
    return absl::ResourceExhaustedError(
        absl::StrCat("connections: the broker has ", entries_.size(), " (limit ", most,
                     trusted ? "" : " for others than root and its own user",
                     "; RLIMIT_NOFILE counts as well)"));
  }
  auto count = per_uid_.find(uid);
  if (!trusted && count != per_uid_.end() && count->second >= budget.per_user) {
    std::string who = uid ? absl::StrCat("user ", *uid) : "TCP";
    return absl::ResourceExhaustedError(absl::StrCat(
        "connections_per_uid: ", who, " has ", count->second, " (limit ", budget.per_user, ")"));
  }
  return absl::OkStatus();
}

UniqueFd PeerTable::MoveUp(UniqueFd socket) {
  for (int from : {next_number_, first_number_}) {
    UniqueFd moved(fcntl(socket.get(), F_DUPFD_CLOEXEC, from));
    if (!moved.ok()) continue;
    next_number_ = moved.get() >= last_number_ ? first_number_ : moved.get() + 1;
    return moved;
  }
  return socket;
}

void PeerTable::OnHangUp(int number, uint64_t serial) {
  base::MutexLock lock(mu_);
  auto found = entries_.find(number);
  if (found != entries_.end() && found->second.serial == serial) Erase(number);
}

void PeerTable::Erase(int number) {
  auto found = entries_.find(number);
  control_.Unwatch(found->second.watch);
  if (auto count = per_uid_.find(found->second.peer.uid); --count->second == 0) {
    per_uid_.erase(count);
  }
  entries_.erase(found);
}

std::optional<Peer> PeerTable::Find(std::string_view grpc_peer) const {
  std::optional<int> number = NumberOf(grpc_peer);
  if (!number) return std::nullopt;
  base::MutexLock lock(mu_);
  auto found = entries_.find(*number);
  if (found == entries_.end()) return std::nullopt;
  return found->second.peer;
}

void PeerTable::Cut(std::string_view grpc_peer) {
  std::optional<int> number = NumberOf(grpc_peer);
  if (!number) return;
  base::MutexLock lock(mu_);
  auto found = entries_.find(*number);
  if (found != entries_.end()) shutdown(found->second.duplicate.get(), SHUT_RDWR);
}

void PeerTable::CutAll() {
  base::MutexLock lock(mu_);
  for (auto& [number, entry] : entries_) shutdown(entry.duplicate.get(), SHUT_RDWR);
}

size_t PeerTable::size() const {
  base::MutexLock lock(mu_);
  return entries_.size();
}

}  // namespace hawser::broker
