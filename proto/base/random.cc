#include "hawser/base/random.h"

#include <sys/random.h>

#include <cerrno>
#include <cstddef>

#include "hawser/base/check.h"

namespace hawser::base {

Bits128 RandomBits128() {
  Bits128 bits;
  ssize_t count = 0;
  do {
    count = getrandom(bits.data(), bits.size(), 0);
  } while (count < 0 && errno == EINTR);
  // The kernel promises that requests of up to 256 bytes are answered whole.
  HAWSER_CHECK(count == static_cast<ssize_t>(bits.size()), "getrandom failed");
  return bits;
}

}  // namespace hawser::base
