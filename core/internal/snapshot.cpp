#include "core/internal/snapshot.h"

#include <algorithm>
#include <utility>

#include "core/ops/copy.h"

namespace tinytorch {

namespace {

/// All bytes of a storage.
Tensor bytes_of(const std::shared_ptr<Storage>& storage) {
  return Tensor(storage, DType::u8, {static_cast<std::int64_t>(storage->bytes())}, {1}, 0);
}

bool is_all_of_its_storage(const Tensor& x) {
  return x.is_contiguous() &&
         static_cast<std::size_t>(x.numel()) * size_of(x.dtype()) == x.storage()->bytes();
}

}  // namespace

void Snapshot::add(const Tensor& x) {
  if (!x.defined() || x.storage()->bytes() == 0) return;
  const auto is_same = [&](const Saved& saved) { return saved.storage == x.storage(); };
  if (std::any_of(saved_.begin(), saved_.end(), is_same)) return;
  saved_.push_back({.storage = x.storage(),
                    .copy = clone(bytes_of(x.storage())).storage(),
                    .version = x.storage()->version()});
}

Snapshot::~Snapshot() {
  for (const Saved& saved : saved_) {
    saved.storage->swap_data(*saved.copy);
    saved.storage->set_version(saved.version);
  }
}

void move_elements(Tensor& x, Tensor& y) {
  if (x.dtype() != y.dtype() || x.device() != y.device() || !is_all_of_its_storage(x) ||
      !is_all_of_its_storage(y)) {
    return assign(x, y);
  }
  x.storage()->swap_data(*y.storage());
  x.storage()->bump_version();
}

}  // namespace tinytorch
