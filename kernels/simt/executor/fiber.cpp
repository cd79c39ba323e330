#include "kernels/simt/executor/fiber.h"

#include <boost/context/detail/fcontext.hpp>

#include <sys/mman.h>

#include <new>

namespace simt {
namespace {

namespace context = boost::context::detail;

constexpr std::size_t kGuard = 4096;
#if defined(__SANITIZE_ADDRESS__) || defined(SIMT_TSAN)
constexpr std::size_t kStack = std::size_t{256} << 10;
#else
constexpr std::size_t kStack = std::size_t{128} << 10;
#endif

}  // namespace

/// Passed by the fiber that is left, on its stack.
struct Fiber::Switch {
  Fiber* from;
  Fiber* to;

  static Fiber& arrive(context::transfer_t transfer) {
    const Switch passed = *static_cast<Switch*>(transfer.data);
    passed.from->context_ = transfer.fctx;
    asan::finish_switch(passed.to->fake_stack_, &passed.from->stack_, &passed.from->bytes_);
    return *passed.to;
  }
};

struct Fiber::Start {
  static void run(context::transfer_t transfer) {
    const Fiber& self = Switch::arrive(transfer);
    self.entry_(self.argument_);
  }
};

Fiber::Fiber(void (*entry)(void*), void* argument, unsigned number)
    : entry_(entry), argument_(argument), skew_((1 + number % 64) * 192), bytes_(kStack) {
  void* mapping = mmap(nullptr, kGuard + kStack, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (mapping == MAP_FAILED) {
    throw std::bad_alloc();
  }
  mprotect(mapping, kGuard, PROT_NONE);
  mapping_ = static_cast<char*>(mapping);
  stack_ = mapping_ + kGuard;
  restart();
}

Fiber::~Fiber() {
  if (mapping_ != nullptr) {
    asan::unpoison(mapping_ + kGuard, kStack);
    munmap(mapping_, kGuard + kStack);
  }
}

void Fiber::switch_to(Fiber& other) {
  Switch passing{this, &other};
  asan::start_switch(&fake_stack_, other.stack_, other.bytes_);
  Switch::arrive(context::jump_fcontext(other.context_, &passing));
}

void Fiber::restart() {
  asan::unpoison(mapping_ + kGuard, kStack);  // frames that never returned have poisoned it
  fake_stack_ = nullptr;
  context_ = context::make_fcontext(mapping_ + kGuard + kStack - skew_, kStack - skew_, Start::run);
}

bool Fiber::guards(const void* address) const {
  return mapping_ != nullptr && address >= mapping_ && address < mapping_ + kGuard;
}

}  // namespace simt
