#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "core/tensor.h"

namespace tinytorch {

/// Copies of the elements of tensors from before a change, so that a change of several tensors is made as a
/// whole or not at all. Unless commit() is called, the destructor puts the elements and the versions
/// back. It does so by exchanging memory, which cannot fail.
/// ```cpp
/// Snapshot snapshot;
/// snapshot.add(a);
/// snapshot.add(b);
/// assign(a, x);
/// assign(b, y);  // if it throws, a has its old elements
/// snapshot.commit();
/// ```
class Snapshot {
 public:
  Snapshot() = default;
  ~Snapshot();
  Snapshot(const Snapshot&) = delete;
  Snapshot& operator=(const Snapshot&) = delete;

  /// Copies the memory that x is in. Does nothing for an undefined or empty tensor, and if the memory was
  /// copied before.
  /// @throws MemoryError  out of memory
  void add(const Tensor& x);
  /// Discards the copies.
  void commit() noexcept { saved_.clear(); }

 private:
  struct Saved {
    std::shared_ptr<Storage> storage;
    std::shared_ptr<Storage> copy;
    std::uint64_t version;
  };
  std::vector<Saved> saved_;
};

/// Gives x the elements of y, a tensor like x that is not used afterwards. If each is all of its own memory,
/// as usual, it exchanges the memory, which cannot fail; otherwise it copies.
void move_elements(Tensor& x, Tensor& y);

}  // namespace tinytorch
