  constexpr std::uint64_t kLargest = std::numeric_limits<std::uint64_t>::max();
  std::uint64_t sum = 0;
  for (std::size_t i = 1; i < widths.size(); ++i) {
    const std::uint64_t terms = widths[i - 1] * widths[i];
    if (terms > kLargest / batch) throw std::overflow_error("too large");
    sum += terms * batch;
  }
  return sum;
