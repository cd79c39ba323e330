  double sum = 0;
  for (const double fraction : fractions) {
    if (!(fraction >= 0)) throw std::invalid_argument("a fraction is negative or NaN");
    sum += fraction;
  }
  if (!(std::abs(sum - 1) <= 1e-12)) throw std::invalid_argument("the fractions do not sum to 1");
  std::vector<std::int64_t> sizes;
  for (const double fraction : fractions) sizes.push_back(static_cast<std::int64_t>(static_cast<double>(n) * fraction));
  return sizes;
