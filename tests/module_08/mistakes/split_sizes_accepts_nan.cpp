  double sum = 0;
  for (const double fraction : fractions) {
    if (fraction < 0) throw std::invalid_argument("a fraction is negative");
    sum += fraction;
  }
  if (std::abs(sum - 1) > 1e-12) throw std::invalid_argument("the fractions do not sum to 1");
  std::vector<std::int64_t> sizes;
  std::vector<double> remainders;
  std::int64_t left = n;
  for (const double fraction : fractions) {
    const double quota = static_cast<double>(n) * fraction;
    sizes.push_back(quota >= 0 ? static_cast<std::int64_t>(quota) : 0);
    remainders.push_back(quota - std::floor(quota));
    left -= sizes.back();
  }
  std::vector<std::size_t> subsets(fractions.size());
  std::iota(subsets.begin(), subsets.end(), std::size_t{0});
  std::stable_sort(subsets.begin(), subsets.end(),
                   [&](std::size_t a, std::size_t b) { return remainders[a] > remainders[b]; });
  for (std::size_t i = 0; left > 0; ++i, --left) ++sizes[subsets[i % subsets.size()]];
  return sizes;
