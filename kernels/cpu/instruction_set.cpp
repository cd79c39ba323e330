#include "kernels/cpu/instruction_set.h"

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "core/internal/backend.h"
#include "core/internal/format.h"

// For HWY_TARGETS: what this directory's kernels are compiled for.
#include "kernels/cpu/targets.h"

#include <hwy/targets.h>

namespace tinytorch::cpu {
namespace {

/// What TINYTORCH_ISA calls a target of Highway's.
const char* name_of(std::int64_t target) {
#if HWY_ARCH_X86
  if (target == HWY_AVX3) return "avx512";
  if (target == HWY_AVX2) return "avx2";
#elif HWY_ARCH_ARM
  if (target == HWY_NEON) return "neon";
#endif
  return "baseline";
}

/// Lower bits are better targets.
std::int64_t best_of(std::int64_t targets) { return targets & -targets; }

/// Finds the target of this name.
std::int64_t find(const std::string& name, std::int64_t available) {
  std::string names;
  for (std::int64_t rest = available; rest != 0; rest &= rest - 1) {
    const std::int64_t target = best_of(rest);
    if (name == name_of(target)) return target;
    names = fmt::format("{}{}{}", name_of(target), names.empty() ? "" : ", ", names);
  }
  fail<ValueError>("TINYTORCH_ISA",
                   "\"{}\" is not an instruction set that this build has kernels for and this processor "
                   "supports: {}; builds with -DTINYTORCH_INSTRUCTION_SETS=all have kernels for every one",
                   name, names);
}

}  // namespace

void choose_instruction_set() {
  const std::int64_t available = hwy::SupportedTargets() & HWY_TARGETS;
  const char* const wanted = std::getenv("TINYTORCH_ISA");
  const bool forced = wanted != nullptr && *wanted != '\0';
  const std::int64_t chosen = forced ? find(wanted, available) : best_of(available);
  set_instruction_set(name_of(chosen));
  if (!forced) return;
  hwy::DisableTargets(available & ~chosen);
  std::fprintf(stderr, "tinytorch: CPU kernels use %s, as TINYTORCH_ISA says\n", name_of(chosen));
}

}  // namespace tinytorch::cpu
