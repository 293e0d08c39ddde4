#ifndef CLIENT_EXAMPLES_EXAMPLE_H_
#define CLIENT_EXAMPLES_EXAMPLE_H_

// What every example does around what it shows: connects to the endpoint it is given, or to the
// default one, and reports what failed.

#include <hawser/remote.h>

#include <cstdio>

inline int RunExample(int argc, char** argv, absl::Status (*example)(hawser::Remote&)) {
  absl::StatusOr<hawser::Remote> remote =
      argc > 1 ? hawser::Remote::Connect(argv[1]) : hawser::Remote::Connect();
  absl::Status status = remote.ok() ? example(*remote) : remote.status();
  if (status.ok()) return 0;
  std::fprintf(stderr, "%s: %s\n", argv[0], status.ToString().c_str());
  return 1;
}

#endif  // CLIENT_EXAMPLES_EXAMPLE_H_
