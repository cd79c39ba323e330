  double sum = 0;
  for (const double fraction : fractions) {
    if (!(fraction >= 0)) throw std::invalid_argument("a fraction is negative or NaN");
    sum += fraction;
  }
  if (!(std::abs(sum - 1) <= 1e-12)) throw std::invalid_argument("the fractions do not sum to 1");
  std::vector<std::int64_t> sizes;
  std::vector<double> remainders;
  std::int64_t left = n;
  for (const double fraction : fractions) {
    const double quota = static_cast<double>(n) * fraction;
    sizes.push_back(static_cast<std::int64_t>(quota));
    remainders.push_back(quota - std::floor(quota));
    left -= sizes.back();
  }
  for (; left > 0; --left) {
    std::size_t largest = 0;
    for (std::size_t i = 0; i < remainders.size(); ++i) {
      if (remainders[i] >= remainders[largest]) largest = i;
    }
    ++sizes[largest];
    remainders[largest] = -1;
  }
  return sizes;
