#include "nn/data/tokenizer.h"

#include "core/internal/format.h"

namespace tinytorch::nn {

std::size_t Tokenizer::checked_id(const char* op, std::int64_t id) const {
  if (id < 0 || id >= size()) {
    fail<ValueError>(op, "id {} is out of range; the vocabulary has {} tokens", id, size());
  }
  return static_cast<std::size_t>(id);
}

}  // namespace tinytorch::nn
