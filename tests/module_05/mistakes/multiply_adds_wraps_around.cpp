  std::uint64_t sum = 0;
  for (std::size_t i = 1; i < widths.size(); ++i) sum += widths[i - 1] * widths[i] * batch;
  return sum;
