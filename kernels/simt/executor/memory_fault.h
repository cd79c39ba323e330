#pragma once

#include <memory>

// Reports accesses to memory that cannot be reached, and explains the reports of the sanitizers.
namespace simt {

/// From now on a segmentation fault says which kernel or host code touched what, and then takes its usual
/// course.
void install_fault_handler();

/// A stack for signal handlers, for the calling OS thread while this lives, if it has none: a
/// handler cannot run on a stack that has overflowed.
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
