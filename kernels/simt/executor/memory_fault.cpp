#include "kernels/simt/executor/memory_fault.h"

#include <csignal>
#include <cstdint>

#include "kernels/simt/executor/device_memory.h"
#include "kernels/simt/executor/fault.h"
#include "kernels/simt/executor/multiprocessor.h"
#include "kernels/simt/executor/sanitizers.h"

namespace simt {
namespace {

constexpr std::size_t kAlternateStack = std::size_t{64} << 10U;

struct sigaction previous_segv, previous_bus;

Hex hex(const void* address) { return {reinterpret_cast<std::uintptr_t>(address)}; }

void explain_in_kernel(const Multiprocessor& multiprocessor, const void* address) {
  Message message;
  message << "simt: ERROR in ";
  multiprocessor.describe_thread(message);
  if (multiprocessor.overflows_stack(address)) {
    message << ": stack overflow";
  } else {
    message << ": access to address " << hex(address);
    describe_address(message, address);
  }
  report_fault(cudaErrorIllegalAddress, message);
}

void explain_on_host(const void* address) {
  Message where;
  describe_address(where, address);
  if (where.text()[0] != '\0') {
    Message message;
    message << "simt: ERROR: host code touched device memory at " << hex(address) << where.text();
    message.write();
  }
}

void explain(const void* address) {
  if (const Multiprocessor* multiprocessor = Multiprocessor::running()) {
    explain_in_kernel(*multiprocessor, address);
  } else {
    explain_on_host(address);
  }
}

// After the report the previous handler runs: a sanitizer's prints the stack; the default one ends the
// process when the access is repeated.
void handle(int signal, siginfo_t* info, void* context) {
  explain(info->si_addr);
  const struct sigaction& previous = signal == SIGSEGV ? previous_segv : previous_bus;
  if ((previous.sa_flags & SA_SIGINFO) != 0 && previous.sa_sigaction != nullptr) {
    previous.sa_sigaction(signal, info, context);
  } else {
    sigaction(signal, &previous, nullptr);
  }
}

}  // namespace

void install_fault_handler() {
  static const bool installed = [] {
    struct sigaction action {};
    action.sa_sigaction = handle;
    action.sa_flags = SA_SIGINFO | SA_ONSTACK;
    sigemptyset(&action.sa_mask);
    return sigaction(SIGSEGV, &action, &previous_segv) == 0 && sigaction(SIGBUS, &action, &previous_bus) == 0;
  }();
  static_cast<void>(installed);
}

AlternateStack::AlternateStack() {
  stack_t current{};
  sigaltstack(nullptr, &current);
  if ((current.ss_flags & SS_DISABLE) != 0) {
    memory_ = std::make_unique<char[]>(kAlternateStack);
    stack_t alternate{};
    alternate.ss_sp = memory_.get();
    alternate.ss_size = kAlternateStack;
    sigaltstack(&alternate, nullptr);
  }
}

AlternateStack::~AlternateStack() {
  if (memory_ != nullptr) {
    stack_t none{};
    none.ss_flags = SS_DISABLE;
    sigaltstack(&none, nullptr);
  }
}

}  // namespace simt

// Called by the sanitizers: AddressSanitizer's before it prints a report, ThreadSanitizer's after it.
// NOLINTBEGIN(bugprone-reserved-identifier, readability-identifier-naming)

#ifdef __SANITIZE_ADDRESS__
extern "C" void __asan_on_error() { simt::explain(__asan_get_report_address()); }
#endif

#ifdef SIMT_TSAN
extern "C" void __tsan_on_report(void* /*report*/) {
  if (const simt::Multiprocessor* multiprocessor = simt::Multiprocessor::running()) {
    simt::Message message;
    message << "simt: this race was seen in ";
    multiprocessor->describe_thread(message);
    message.write();
  }
}
#endif

// NOLINTEND(bugprone-reserved-identifier, readability-identifier-naming)
