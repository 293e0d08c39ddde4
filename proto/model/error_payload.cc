#include "proto/model/error_payload.h"

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <new>
#include <utility>

#include "absl/types/optional.h"
#include "hawser/base/string_view.h"

// Telling our payload from another of the same name (a status taken apart and put together again by
// other code) rests on the magic number in the eight bytes before the text. It depends on the
// text's own address, so that no copy of the bytes passes for the original. To read it is sound
// because a Cord shows text in one of three places: inside the Cord itself, which is checked first;
// in Abseil's own blocks, whose header is longer than eight bytes; or in memory some
// MakeCordFromExternal call gave, as here. Only the last kind could lack readable bytes before the
// text, and nobody else makes payloads of this name from such memory.

namespace hawser::internal {
namespace {

constexpr uint64_t kMagic = 0x6861777365724572;  // "hawserEr"

struct Header {
  Error error;
  size_t text_size;
  uint64_t magic;
};
static_assert(offsetof(Header, magic) + sizeof(uint64_t) == sizeof(Header));

uint64_t MagicAt(const char* text) { return kMagic ^ reinterpret_cast<uintptr_t>(text); }

bool LiesInside(const absl::Cord& cord, const char* text) {
  const char* begin = reinterpret_cast<const char*>(&cord);
  return !std::less<>()(text, begin) && std::less<>()(text, begin + sizeof(cord));
}

}  // namespace

absl::Cord MakeErrorPayload(Error error, std::string_view text) {
  if (text.empty()) text = "Error";  // a Cord drops empty memory at once
  void* block = ::operator new(sizeof(Header) + text.size());
  char* copy = static_cast<char*>(block) + sizeof(Header);
  new (block) Header{std::move(error), text.size(), MagicAt(copy)};
  std::memcpy(copy, text.data(), text.size());
  return absl::MakeCordFromExternal(
      absl::string_view(copy, text.size()), [](absl::string_view shown) {
        auto* header = reinterpret_cast<Header*>(const_cast<char*>(shown.data()) - sizeof(Header));
        header->~Header();
        ::operator delete(header);
      });
}

std::optional<Error> ErrorInPayload(const absl::Cord& payload) {
  absl::optional<absl::string_view> text = payload.TryFlat();
  if (!text.has_value() || text->empty() || LiesInside(payload, text->data())) return std::nullopt;
  uint64_t magic = 0;
  std::memcpy(&magic, text->data() - sizeof(magic), sizeof(magic));
  if (magic != MagicAt(text->data())) return std::nullopt;
  const auto* header = reinterpret_cast<const Header*>(text->data() - sizeof(Header));
  if (header->text_size != text->size()) return std::nullopt;
  return header->error;
}

}  // namespace hawser::internal
