  constexpr std::uint64_t kLargest = std::numeric_limits<std::uint64_t>::max();
  std::uint64_t sum = 0;
  for (std::size_t i = 1; i < widths.size(); ++i) {
    std::uint64_t terms = batch;
    for (const std::uint64_t width : {widths[i - 1], widths[i]}) {
      if (width != 0 && terms > kLargest / width) throw std::overflow_error("too large");
      terms *= width;
    }
    sum += terms;
  }
  return sum;
