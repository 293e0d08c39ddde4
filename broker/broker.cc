#include "broker/broker.h"

#include <sys/stat.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "absl/strings/str_cat.h"
#include "broker/core/root.h"
#include "hawser/base/keep_for_ever.h"
#include "hawser/base/log.h"
#include "hawser/base/random.h"
#include "hawser/base/status_macros.h"

namespace hawser::broker {
namespace {

Epoch NewEpoch() {
  base::Bits128 bits = base::RandomBits128();
  uint64_t epoch = 0;
  memcpy(&epoch, bits.data(), sizeof(epoch));
  return Epoch(epoch >> 1 | 1);  // never 0, and positive as a Value
}

// Stuck calls are not waited for longer than this when modules are unloaded.
constexpr absl::Duration kUnloadWithin = absl::Seconds(2);
// Streams that do not end by themselves are cut after this.
constexpr absl::Duration kStreamsEndWithin = absl::Milliseconds(500);

// Threads that modules may fill with work of theirs that runs side by side: what each module runs
// one by one, and the broker's own work, have the others.
int SharedThreads(const BrokerLimits& limits) {
  return std::max(limits.pool_threads_max - limits.pool_threads, 1);
}

}  // namespace

Broker::Broker(Options options)
    : options_(std::move(options)),
      epoch_(NewEpoch()),
      since_(options_.clock->WallNow()),
      timers_(*options_.clock),
      control_(*options_.clock, timers_),
      objects_(*options_.clock),
      shared_(pool_, SharedThreads(options_.limits)),
      services_{pool_,
                shared_,
                std::max(SharedThreads(options_.limits) / 2, 1),
                timers_,
                *options_.clock,
                homes_,
                [this](const Object& object, GoneReason reason) {
                  sessions_->ObjectGone(object, reason);
                }},
      pool_({.threads = options_.limits.pool_threads,
             .max_threads = options_.limits.pool_threads_max}),
      modules_(*options_.clock),
      root_(ObjectRef::Adopt(new Root(modules_, claims_, options_.limits))),
      sessions_(std::make_unique<SessionRegistry>(SessionServices{
          .pool = pool_,
          .control = control_,
          .timers = timers_,
          .clock = *options_.clock,
          .objects = objects_,
          .modules = modules_,
          .claims = claims_,
          .homes = homes_,
          .root = root_,
          .limits = options_.limits,
          .link_limits = options_.link_limits,
          .epoch = epoch_,
          .broker = absl::StrCat("hawserd ", options_.version),
      })),
      peers_(options_.limits, control_) {
  modules_.set_main_dir(options_.main_dir);
  control_.OnStall(options_.limits.stall, [this](absl::Duration late) {
    absl::Duration credit = late + options_.limits.stall_settle;
    sessions_->lease_clock().Credit(credit);
    base::Log(base::LogLevel::kWarning, "the broker stood still",
              {{"for", late}, {"leases_extended_by", credit}});
  });
}

absl::StatusOr<std::unique_ptr<Broker>> Broker::Start(Options options) {
  std::unique_ptr<Broker> broker(new Broker(std::move(options)));
  broker->control_.Start();
  HAWSER_RETURN_IF_ERROR(broker->Claim());
  return broker;
}

absl::Status Broker::Claim() {
  for (const std::string& path : options_.sockets) {
    HAWSER_ASSIGN_OR_RETURN(UnixSocket socket, UnixSocket::Listen(path));
    unix_sockets_.push_back(std::move(socket));
    addresses_.push_back(absl::StrCat("unix:", path));
  }
  for (const std::string& host_port : options_.insecure_tcp) {
    HAWSER_ASSIGN_OR_RETURN(std::vector<TcpSocket> sockets, TcpSocket::Listen(host_port));
    addresses_.push_back(absl::StrCat("tcp:", host_port.substr(0, host_port.rfind(':')), ":",
                                      sockets.front().port()));
    for (TcpSocket& socket : sockets) tcp_sockets_.push_back(std::move(socket));
  }
  HAWSER_ASSIGN_OR_RETURN(
      grpc_, GrpcServer::Start(*sessions_, peers_, {.tcp = !options_.insecure_tcp.empty()}));
  return absl::OkStatus();
}

void Broker::Serve() {
  grpc_->SetServing(true);
  for (const UnixSocket& socket : unix_sockets_) {
    Accept(socket.fd(), absl::StrCat("unix:", socket.path()));
  }
  for (const TcpSocket& socket : tcp_sockets_) {
    Accept(socket.fd(), absl::StrCat("tcp:port ", socket.port()));
  }
}

void Broker::Accept(int socket, std::string address) {
  listeners_.push_back(std::make_unique<Listener>(
      socket, std::move(address), control_, timers_, *options_.clock, peers_,
      [this](UniqueFd connection) { grpc_->AddConnection(std::move(connection)); }));
}

ModuleHostImpl& Broker::NewHost(std::string name) {
  base::MutexLock lock(hosts_mu_);
  hosts_.push_back(std::make_unique<ModuleHostImpl>(services_, std::move(name)));
  return *hosts_.back();
}

absl::Status Broker::AddModule(ModuleRegistry::ModulePtr module, std::string path) {
  return modules_.Add(std::move(module), std::move(path));
}

std::optional<Broker::FileState> Broker::FileState::Of(const std::string& path) {
  struct stat there {};
  if (stat(path.c_str(), &there) != 0) return std::nullopt;
  return FileState{there.st_dev, there.st_ino, absl::TimeFromTimespec(there.st_mtim),
                   there.st_size};
}

void Broker::NoteRefused(std::string path, absl::Status why, std::optional<FileState> state) {
  base::MutexLock lock(hosts_mu_);
  // A client may ask for the same file again and again, and by a path other than the daemon's.
  std::erase_if(refused_, [&](const RefusedPlugin& other) {
    bool same_file = state && other.state && state->device == other.state->device &&
                     state->inode == other.state->inode;
    return same_file || other.path == path;
  });
  refused_.push_back({std::move(path), std::move(why), options_.clock->WallNow(), state});
}

absl::Status Broker::RefusalOf(const FileState& state) const {
  base::MutexLock lock(hosts_mu_);
  auto found = std::find_if(refused_.begin(), refused_.end(),
                            [&](const RefusedPlugin& other) { return other.state == state; });
  return found == refused_.end() ? absl::OkStatus() : found->why;
}

std::vector<Broker::RefusedPlugin> Broker::refused_plugins() const {
  base::MutexLock lock(hosts_mu_);
  return refused_;
}

std::shared_ptr<Connection> Broker::Attach(std::shared_ptr<link::Transport> carrier, Peer peer) {
  return Connection::Open(*sessions_, std::move(carrier), std::move(peer));
}

bool Broker::Stop(absl::Duration drain) {
  if (std::exchange(stopped_, true)) return true;
  state_.store(State::kDraining, std::memory_order_release);
  if (grpc_ != nullptr) grpc_->SetServing(false);
  sessions_->StartDrain();
  listeners_.clear();
  unix_sockets_.clear();
  tcp_sockets_.clear();
  sessions_->AwaitQuiet(drain);
  sessions_->EndAll(EndReason::kShutdown, absl::UnavailableError("the broker is shutting down"));
  if (grpc_ != nullptr) grpc_->Shutdown(kStreamsEndWithin);
  bool quiet = UnloadModules();
  control_.Stop();
  return quiet;
}

bool Broker::UnloadModules() {
  std::shared_ptr<const ModuleRegistry::Modules> modules = modules_.modules();
  for (const ModuleRegistry::ModulePtr& module : *modules) {
    modules_.Remove(module);
    module->strand().Post([module] { module->OnUnload(); });
  }
  const bool idle = pool_.AwaitIdle(kUnloadWithin);
  bool unloaded = true;
  for (const ModuleRegistry::ModulePtr& module : *modules) {
    // While something runs it may be any module's code; what is pinned needs only its own.
    if (idle) {
      module->OnUnload();  // again: nothing of it runs
      if (module->pins() == 0) continue;
    }
    unloaded = false;
    // Its code may still run, or be needed to delete an object.
    base::KeepForEver(module);
    base::Log(base::LogLevel::kWarning, "module not unloaded",
              {{"module", module->name()},
               {"why", idle ? "something it gave away is still used" : "something still runs"}});
  }
  return unloaded;
}

Broker::~Broker() {
  Stop(absl::ZeroDuration());
  // What runs on the pool may use any part.
  pool_.AwaitIdle(absl::InfiniteDuration());
}

}  // namespace hawser::broker
