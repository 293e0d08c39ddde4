#ifndef HAWSER_TESTS_BROKER_SESSION_RAW_FRAMES_H_
#define HAWSER_TESTS_BROKER_SESSION_RAW_FRAMES_H_

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "proto/wire/reader.h"
#include "proto/wire/writer.h"
#include "tests/support/packet_pipe.h"

namespace hawser::tests {

// For tests that make a client's frames themselves, right or wrong. Thread-compatible.
class RawFrames {
 protected:
  // A packet with these frames, the first of them numbered `number`.
  static std::string PacketOf(uint64_t number, const std::string& frames);
  static std::string CallFrame(const wire::Call& call, Array args = {});
  // A Call frame whose argument is an array in an array, `levels` of them: more than a writer of
  // ours would write.
  static std::string DeepCallFrame(uint64_t id, uint64_t answer, std::string_view name, int levels);
  // A connection with a session of its own, whose frames the test makes; the next frame is
  // number 1.
  static std::unique_ptr<PacketPipe> RawSession(std::unique_ptr<PacketPipe> pipe);
  // The outcome of call `id`, read off the wire; objects are placeholders.
  absl::StatusOr<Value> AwaitReturn(PacketPipe& pipe, uint64_t id);

 private:
  std::map<uint64_t, absl::StatusOr<Value>> returns_;
};

}  // namespace hawser::tests

#endif  // HAWSER_TESTS_BROKER_SESSION_RAW_FRAMES_H_
