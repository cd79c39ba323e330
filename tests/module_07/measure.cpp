// What `./tito module measure 07` calls.
#include "modules/course/measure.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <vector>

#include "modules/07_attention/attention.h"
#include "tests/module_07/reference.h"

namespace attention {
namespace {

using tinytorch::course::keep;
using tinytorch::course::measure;

/// Of one head, for a text of so many tokens.
void compare(int tokens) {
  const Sizes s{.queries = tokens, .keys = tokens, .width = 32, .value_width = 32, .scale = 0.2};
  const Operands in(s);
  Floats y(static_cast<std::size_t>(tokens * s.value_width));
  measure("scores alone, of all pairs", [&] {
    Floats all(static_cast<std::size_t>(tokens * tokens));
    scores(s, in.q.data(), in.k.data(), all.data());
    keep(all);
  });
  measure("attend", [&] { attend(s, in.q.data(), in.k.data(), in.v.data(), y.data()); });
  measure("attend_online", [&] { attend_online(s, in.q.data(), in.k.data(), in.v.data(), y.data()); });
  keep(y);
}

TEST(AttendOnline, Of256TokensOfWidth32) { compare(256); }
TEST(AttendOnline, Of512TokensOfWidth32) { compare(512); }

}  // namespace
}  // namespace attention
