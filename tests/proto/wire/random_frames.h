#ifndef TESTS_PROTO_WIRE_RANDOM_FRAMES_H_
#define TESTS_PROTO_WIRE_RANDOM_FRAMES_H_

// Frames and what is in them, at random: every kind, edge cases more often than others.

#include <memory>
#include <random>
#include <string>
#include <vector>

#include "tests/proto/wire/oracle.h"

namespace hawser::wire {

class RandomFrames {
 public:
  explicit RandomFrames(uint64_t seed);

  // The views in it stay valid as long as this lives.
  FrameContent Frame();
  Value AnyValue(int levels);
  Attach AnyAttach();
  AttachReply AnyAttachReply();
  PacketHeader AnyHeader();

  // An integer of any magnitude, all magnitudes equally likely.
  uint64_t Number();
  std::string Text();
  // True once in `n` times.
  bool Once(uint32_t n) { return Below(n) == 0; }
  uint32_t Below(uint32_t n) { return static_cast<uint32_t>(random_() % n); }

 private:
  Value Scalar();
  Record AnyRecord(int levels);
  Error AnyError(int levels);
  Value AnyTypedArray();
  Signature AnySignature();
  ShapeRef AnyShape();
  Reference AnyReference();
  Call AnyCall();
  std::vector<uint64_t> Numbers();
  std::string_view Keep(std::string text);
  Limits AnyLimits() { return {Once(3) ? 0 : Number(), Once(3) ? 0 : Number()}; }

  std::mt19937_64 random_;
  std::vector<ObjectRef> objects_;
  std::vector<std::unique_ptr<std::string>> kept_;
  bool plain_ = false;  // no objects
};

}  // namespace hawser::wire

#endif  // TESTS_PROTO_WIRE_RANDOM_FRAMES_H_
