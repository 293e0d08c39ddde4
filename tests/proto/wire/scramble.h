#ifndef TESTS_PROTO_WIRE_SCRAMBLE_H_
#define TESTS_PROTO_WIRE_SCRAMBLE_H_

#include <google/protobuf/message.h>

#include <random>
#include <string>

namespace hawser::wire {

// `message` in bytes no serializer would choose and every parser must take: fields in any order,
// numbers longer than they need to be, repeated numbers packed or not, fields nobody knows in
// between, fields given twice of which the second counts.
std::string Scramble(const google::protobuf::Message& message, std::mt19937_64& random);

}  // namespace hawser::wire

#endif  // TESTS_PROTO_WIRE_SCRAMBLE_H_
