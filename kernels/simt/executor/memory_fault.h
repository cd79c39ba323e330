#pragma once

#include <memory>

// Reports accesses to inaccessible memory, and adds the kernel and the block of memory to the sanitizers'
// reports.
namespace simt {

/// Installs a handler for segmentation faults, which reports the kernel thread or host code and the memory
/// that it touched, and then calls the previous handler.
void install_fault_handler();

/// An alternate signal stack for the calling OS thread during the scope, if it has none: a handler cannot run
/// on a stack that has overflowed.
class AlternateStack {
 public:
  AlternateStack();
  ~AlternateStack();
  AlternateStack(const AlternateStack&) = delete;
  AlternateStack& operator=(const AlternateStack&) = delete;

 private:
  std::unique_ptr<char[]> memory_;
};

}  // namespace simt
