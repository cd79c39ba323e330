  unsigned sum = 0;
  for (std::size_t i = 1; i < widths.size(); ++i) sum += static_cast<unsigned>(widths[i - 1] * widths[i] * batch);
  return sum;
