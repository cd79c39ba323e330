  const int terms = s.channels * s.kernel * s.kernel, positions = s.out_height * s.out_width;
  for (int f = 0; f < s.filters; ++f) {
    std::vector<double> sums(static_cast<std::size_t>(positions), 0.0);
    for (int t = 0; t < terms; ++t) {
      const double factor = weight[f * terms + t];
      for (int p = 0; p < positions; ++p) sums[static_cast<std::size_t>(p)] += factor * columns[t * positions + p];
    }
    for (int p = 0; p < positions; ++p) y[f * positions + p] = static_cast<float>(sums[static_cast<std::size_t>(p)]);
  }
